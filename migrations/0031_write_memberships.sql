-- Why: an org's own admins say who belongs to it. The policies hold whatever asks; the functions say what is refused and
-- why, and write the audit row of each change in its own transaction.
--
-- Three rules hold together: nobody gives or touches a role that permits more than their own; an org that has somebody
-- with members:manage keeps one; and whoever joins does so by an invitation. All changes of an org's members stand in
-- one line behind a lock, so that what a check has seen is still so when the change is made.
set local role groundwire_owner;

alter table public.users drop constraint users_subject_check;
-- An issuer's address and its `sub`, which may have 255 characters of its own.
alter table public.users add constraint users_subject_check check (length(subject) between 1 and 512);

create policy insert_invited on public.users for insert to groundwire_app
  with check (id = (
    select p.user_id from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
grant insert (id, subject, email, name) on public.users to groundwire_app;

create policy insert_invited on public.memberships for insert to groundwire_app
  with check ((org_id, user_id, role) = (
    select p.org_id, p.user_id, p.role from private.claim() c, private.presented_invitation() p where p.org_id = c.org_id
  ));
create policy update_grantable on public.memberships for update to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  )
  with check (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_grantable on public.memberships for delete to groundwire_app
  using (
    org_id = (select c.org_id from private.claim() c) and role = any ((select private.grantable_roles())::text[])
  );
create policy delete_own on public.memberships for delete to groundwire_app
  using ((org_id, user_id) = (select c.org_id, c.user_id from private.claim() c where c.kind = 'user'));
grant insert (org_id, user_id, role), update (role), delete on public.memberships to groundwire_app;

create function private.lock_members(org uuid) returns void
language sql
return pg_advisory_xact_lock(hashtextextended(format('members of %s', org), 0));

create function private.manages_members(org uuid, role_name text) returns boolean
language sql stable
return exists (
  select from public.roles r
  where r.org_id = org and r.name = role_name and 'members:manage' = any (r.permissions)
);

-- Without a claim it is the installation's owner who acts, and may take a whole org apart.
create function private.keep_an_admin() returns trigger
language plpgsql as $$
declare
  kept public.memberships := case when tg_op = 'UPDATE' then new else old end;
begin
  if not exists (select from private.claim()) or not private.manages_members(old.org_id, old.role) then
    return kept;
  end if;
  if tg_op = 'UPDATE' and private.manages_members(new.org_id, new.role) then
    return kept;
  end if;
  perform private.lock_members(old.org_id);
  if not exists (
    select from public.memberships m
    where m.org_id = old.org_id and m.user_id <> old.user_id and private.manages_members(m.org_id, m.role)
  ) then
    perform private.refuse('LAST_ADMIN', 'Somebody must be left who manages the members.');
  end if;
  return kept;
end
$$;
create trigger keep_an_admin before update or delete on public.memberships
  for each row execute function private.keep_an_admin();

create function private.note_member_change(event text, parameters jsonb, request_id text) returns void
language sql
begin atomic
  insert into public.audit_log (org_id, id, event, actor_user_id, parameters, request_id)
  select c.org_id, gen_random_uuid()::text, note_member_change.event, c.user_id, note_member_change.parameters,
    note_member_change.request_id
  from private.claim() c;
end;

-- Waits for its turn first, and asks then: rights that were lost in the meantime are lost.
create function private.require_member_rights() returns uuid
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

create function private.require_grantable(org uuid, role_name text) returns void
language plpgsql stable as $$
begin
  if not exists (select from public.roles r where r.org_id = org and r.name = role_name) then
    perform private.refuse('ROLE_UNKNOWN', 'There is no such role.');
  end if;
  if role_name <> all (private.grantable_roles()) then
    perform private.refuse('ROLE_BEYOND_OWN', 'That role permits more than your own.');
  end if;
end
$$;

-- The membership that is to be changed, whose present role the claim's user may take.
create function private.require_changeable(org uuid, member uuid) returns public.memberships
language plpgsql stable as $$
declare
  found_member public.memberships;
begin
  select * into found_member from public.memberships m where m.org_id = org and m.user_id = member;
  if not found then
    perform private.refuse('NOT_FOUND', 'There is no such member.');
  end if;
  perform private.require_grantable(org, found_member.role);
  return found_member;
end
$$;

-- An address that was invited before gets the new invitation in place of the old one.
create function private.do_invite_member(input jsonb) returns jsonb
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
    perform private.refuse('ALREADY_MEMBER', 'A member has this address already.');
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

create function private.do_revoke_invitation(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  gone record;
begin
  delete from public.invitations i where i.org_id = org and i.id = (input ->> 'invitationId')::uuid
  returning i.id, i.email, i.role into gone;
  if gone.id is null then
    perform private.refuse('NOT_FOUND', 'There is no such invitation.');
  end if;
  perform private.note_member_change('invitation.revoked', jsonb_build_object('invitationId', gone.id,
    'email', gone.email, 'role', gone.role), input ->> 'requestId');
  return '{}';
end
$$;

create function private.do_change_role(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := private.require_member_rights();
  member public.memberships := private.require_changeable(org, (input ->> 'userId')::uuid);
begin
  perform private.require_grantable(org, input ->> 'role');
  if member.role = input ->> 'role' then
    return '{}';
  end if;
  -- Noted first: who gives up their own rights could not note it afterwards.
  perform private.note_member_change('role.changed', jsonb_build_object('userId', member.user_id,
    'before', member.role, 'after', input -> 'role'), input ->> 'requestId');
  update public.memberships m set role = input ->> 'role' where m.org_id = org and m.user_id = member.user_id;
  return '{}';
end
$$;

create function private.do_remove_member(input jsonb) returns jsonb
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

-- One's own membership needs nobody's leave.
create function private.do_leave_org(input jsonb) returns jsonb
language plpgsql as $$
declare
  org uuid := (select c.org_id from private.claim() c where c.kind = 'user');
  own public.memberships;
begin
  perform private.lock_members(org);
  select m.* into own from private.claim() c join public.memberships m on m.org_id = c.org_id and m.user_id = c.user_id;
  if own.user_id is null then
    perform private.refuse('NOT_FOUND', 'You are no member.');
  end if;
  perform private.note_member_change('member.left', jsonb_build_object('userId', own.user_id, 'role', own.role),
    input ->> 'requestId');
  delete from public.memberships m where m.org_id = org and m.user_id = own.user_id;
  return '{}';
end
$$;

-- Under the system claim of the org and of the person who joins, whose address the caller has had proven. A person who is
-- new gets their row of users here; one who is known is known by subject, never by address.
create function private.do_accept_invitation(input jsonb) returns jsonb
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
    perform private.refuse('NOT_FOUND', 'The invitation is not open any more.');
  end if;
  if lower(input ->> 'email') is distinct from invitation.email then
    perform private.refuse('INVITATION_FOR_ANOTHER', 'The invitation is for another address.');
  end if;
  insert into public.users (id, subject, email, name)
  values (invitation.user_id, input ->> 'subject', input ->> 'email', input ->> 'name') on conflict do nothing;
  insert into public.memberships (org_id, user_id, role)
  values (invitation.org_id, invitation.user_id, invitation.role) on conflict do nothing;
  get diagnostics joined = row_count;
  if joined = 0 then
    perform private.refuse('ALREADY_MEMBER', 'You are a member already.');
  end if;
  perform private.note_member_change('member.joined', jsonb_build_object('userId', invitation.user_id,
    'invitationId', invitation.id, 'role', invitation.role), input ->> 'requestId');
  delete from public.invitations i where i.org_id = invitation.org_id and i.id = invitation.id;
  if not found then
    perform private.refuse('NOT_FOUND', 'The invitation is not open any more.');
  end if;
  perform set_config('groundwire.invitation', '', true);
  return '{}';
end
$$;

-- Runs one of the above; a refusal is a value and undoes all that was done.
create function public.change_members(change text, input jsonb) returns jsonb
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
    when 'leave' then answer := private.do_leave_org(input);
    when 'accept' then answer := private.do_accept_invitation(input);
  end case;
  return jsonb_build_object('ok', true, 'data', answer);
exception when sqlstate 'GW001' then
  get stacked diagnostics detail = pg_exception_detail;
  return private.refusal_of('GW001', detail);
end
$$;

grant execute on function private.lock_members(uuid), private.manages_members(uuid, text),
  private.note_member_change(text, jsonb, text), private.require_member_rights(), private.require_grantable(uuid, text),
  private.require_changeable(uuid, uuid), private.do_invite_member(jsonb), private.do_revoke_invitation(jsonb),
  private.do_change_role(jsonb), private.do_remove_member(jsonb), private.do_leave_org(jsonb),
  private.do_accept_invitation(jsonb), public.change_members(text, jsonb) to groundwire_app;
