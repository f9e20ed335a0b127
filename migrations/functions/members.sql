-- Changes of an organization's members: invite, revoke, change a role, remove, leave, accept. Each writes its audit row in
-- the same transaction and returns a refusal as a value. All changes of one organization wait behind one lock, so that what
-- a check has seen is still true when the change is made.
set local role groundwire_owner;

create or replace function private.note_member_change(event text, parameters jsonb, request_id text) returns void
language sql
begin atomic
  insert into public.audit_log (org_id, id, event, actor_user_id, parameters, request_id)
  select c.org_id, gen_random_uuid()::text, note_member_change.event, c.user_id, note_member_change.parameters,
    note_member_change.request_id
  from private.claim() c;
end;

-- Waits for the lock first and checks then: a right that was lost in the meantime is lost.
create or replace function private.require_member_rights() returns uuid
language plpgsql as $$
declare
  org uuid := (select c.org_id from private.claim() c where c.kind = 'user');
begin
  if org is not null then
    perform private.lock_members(org);
  end if;
  perform private.require_permission('members:manage');
  return org;
end
$$;

create or replace function private.require_grantable(org uuid, role_name text) returns void
language plpgsql stable as $$
begin
  if not exists (select from public.roles r where r.org_id = org and r.name = role_name) then
    perform private.refuse('ROLE_UNKNOWN', 'This role doesn''t exist.');
  end if;
  if role_name <> all (private.grantable_roles()) then
    perform private.refuse('ROLE_BEYOND_OWN', 'That role has more permissions than yours.');
  end if;
end
$$;

-- The membership to change. The claim's user must be allowed to revoke its current role.
create or replace function private.require_changeable(org uuid, member uuid) returns public.memberships
language plpgsql stable as $$
declare
  found_member public.memberships;
begin
  select * into found_member from public.memberships m where m.org_id = org and m.user_id = member;
  if not found then
    perform private.refuse('NOT_FOUND', 'This member doesn''t exist.');
  end if;
  perform private.require_grantable(org, found_member.role);
  return found_member;
end
$$;

-- A new invitation to the same address replaces the old one.
create or replace function private.do_invite_member(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  made record;
begin
  perform private.require_grantable(org, input ->> 'role');
  if exists (
    select from public.memberships m join public.users u on u.id = m.user_id
    where m.org_id = org and lower(u.email) = input ->> 'email'
  ) then
    perform private.refuse('ALREADY_MEMBER', 'A member already has this address.');
  end if;
  delete from public.invitations i where i.org_id = org and i.email = input ->> 'email';
  insert into public.invitations (org_id, email, role, token_hash, invited_by, expires_at)
  select c.org_id, input ->> 'email', input ->> 'role', sha256(convert_to(input ->> 'token', 'UTF8')), c.user_id,
    (input ->> 'expiresAt')::timestamptz
  from private.claim() c
  returning id, created_at, expires_at into made;
  perform private.note_member_change('member.invited', jsonb_build_object('invitationId', made.id,
    'email', input -> 'email', 'role', input -> 'role', 'expiresAt', made.expires_at), input ->> 'requestId');
  return jsonb_build_object('id', made.id, 'createdAt', made.created_at);
end
$$;

create or replace function private.do_revoke_invitation(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  gone record;
begin
  delete from public.invitations i where i.org_id = org and i.id = (input ->> 'invitationId')::uuid
  returning i.id, i.email, i.role into gone;
  if gone.id is null then
    perform private.refuse('NOT_FOUND', 'This invitation doesn''t exist.');
  end if;
  perform private.note_member_change('invitation.revoked', jsonb_build_object('invitationId', gone.id,
    'email', gone.email, 'role', gone.role), input ->> 'requestId');
  return '{}';
end
$$;

create or replace function private.do_change_role(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  member public.memberships := private.require_changeable(org, (input ->> 'userId')::uuid);
begin
  perform private.require_grantable(org, input ->> 'role');
  if member.role = input ->> 'role' then
    return '{}';
  end if;
  -- The audit row first: users who give up their own rights could not write it afterwards.
  perform private.note_member_change('role.changed', jsonb_build_object('userId', member.user_id,
    'before', member.role, 'after', input -> 'role'), input ->> 'requestId');
  update public.memberships m set role = input ->> 'role' where m.org_id = org and m.user_id = member.user_id;
  return '{}';
end
$$;

create or replace function private.do_remove_member(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  member public.memberships := private.require_changeable(org, (input ->> 'userId')::uuid);
begin
  perform private.note_member_change('member.removed', jsonb_build_object('userId', member.user_id,
    'role', member.role), input ->> 'requestId');
  delete from public.memberships m where m.org_id = org and m.user_id = member.user_id;
  return '{}';
end
$$;

-- Leaving needs no permission.
create or replace function private.do_leave_org(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := (select c.org_id from private.claim() c where c.kind = 'user');
  own public.memberships;
begin
  perform private.lock_members(org);
  select m.* into own from private.claim() c join public.memberships m on m.org_id = c.org_id and m.user_id = c.user_id;
  if own.user_id is null then
    perform private.refuse('NOT_FOUND', 'You are not a member.');
  end if;
  perform private.note_member_change('member.left', jsonb_build_object('userId', own.user_id, 'role', own.role),
    input ->> 'requestId');
  delete from public.memberships m where m.org_id = org and m.user_id = own.user_id;
  return '{}';
end
$$;

-- Runs under the system claim of the organization and of the joining person, whose address the caller has verified. A
-- new person gets a row in users; a known one is recognized by subject, never by address.
create or replace function private.do_accept_invitation(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := (select c.org_id from private.claim() c where c.kind = 'system');
  invitation record;
  joined bigint;
begin
  perform set_config('groundwire.invitation', input ->> 'token', true);
  perform private.lock_members(org);
  select * into invitation from private.presented_invitation();
  if not found then
    perform private.refuse('NOT_FOUND', 'The invitation is no longer valid.');
  end if;
  if lower(input ->> 'email') is distinct from invitation.email then
    perform private.refuse('INVITATION_FOR_ANOTHER', 'The invitation is for another email address.');
  end if;
  insert into public.users (id, subject, email, name)
  values (invitation.user_id, input ->> 'subject', input ->> 'email', input ->> 'name') on conflict do nothing;
  insert into public.memberships (org_id, user_id, role)
  values (invitation.org_id, invitation.user_id, invitation.role) on conflict do nothing;
  get diagnostics joined = row_count;
  if joined = 0 then
    perform private.refuse('ALREADY_MEMBER', 'You are already a member.');
  end if;
  perform private.note_member_change('member.joined', jsonb_build_object('userId', invitation.user_id,
    'invitationId', invitation.id, 'role', invitation.role), input ->> 'requestId');
  delete from public.invitations i where i.org_id = invitation.org_id and i.id = invitation.id;
  if not found then
    perform private.refuse('NOT_FOUND', 'The invitation is no longer valid.');
  end if;
  perform set_config('groundwire.invitation', '', true);
  return '{}';
end
$$;

-- A removed member whose issuer still vouches for them: their next token lets them in again.
create or replace function private.do_restore_member(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
begin
  if org is null or not private.forget_revocation((input ->> 'userId')::uuid) then
    perform private.refuse('NOT_FOUND', 'No such member was removed.');
  end if;
  perform private.note_member_change('member.restored', jsonb_build_object('userId', input -> 'userId'), input ->> 'requestId');
  return '{}';
end
$$;

-- Runs one of the above. A refusal is a value and undoes everything.
create or replace function public.change_members(change text, input jsonb) returns jsonb
language plpgsql as $$
declare
  answer jsonb;
  detail text;
begin
  case change
    when 'invite' then answer := private.do_invite_member(input);
    when 'revoke' then answer := private.do_revoke_invitation(input);
    when 'change_role' then answer := private.do_change_role(input);
    when 'remove' then answer := private.do_remove_member(input);
    when 'restore' then answer := private.do_restore_member(input);
    when 'leave' then answer := private.do_leave_org(input);
    when 'accept' then answer := private.do_accept_invitation(input);
  end case;
  return jsonb_build_object('ok', true, 'data', answer);
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

grant execute on function private.note_member_change(text, jsonb, text), private.require_member_rights(),
  private.require_grantable(uuid, text), private.require_changeable(uuid, uuid), private.do_invite_member(jsonb),
  private.do_revoke_invitation(jsonb), private.do_change_role(jsonb), private.do_remove_member(jsonb),
  private.do_leave_org(jsonb), private.do_restore_member(jsonb), private.do_accept_invitation(jsonb), public.change_members(text, jsonb)
  to groundwire_app;
