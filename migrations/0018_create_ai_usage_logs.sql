-- Every tool call, read from the audit log: the name under which other products and their reports look for it.
set local role groundwire_owner;

create index audit_log_by_message on public.audit_log (org_id, message_id) where message_id is not null;

-- The caller's own rights apply: it has rows for those who may read the audit log. Tokens are those of the model step that
-- made the call, so calls of one step repeat them.
create view public.ai_usage_logs with (security_invoker = true) as
select a.org_id, a.id, a.event, a.tool as tool_name, a.parameters as tool_params, a.result as tool_result, a.error,
  a.duration_ms, a.actor_user_id as user_id, a.session_id, a.run_id, a.message_id,
  coalesce(a.input_tokens, s.input_tokens) as input_tokens, coalesce(a.output_tokens, s.output_tokens) as output_tokens,
  coalesce(s.provider, a.provider) as provider, coalesce(s.model, a.model) as model, a._meta, a.created_at
from public.audit_log a
left join lateral (
  select o.input_tokens, o.output_tokens, o.provider, o.model
  from public.audit_log o
  where o.org_id = a.org_id and o.message_id = a.message_id and o.tool is null and o.event like 'answer.%'
    and o.input_tokens is not null
  order by o.seq desc limit 1
) s on true
where a.tool is not null;

grant select on public.ai_usage_logs to groundwire_app;
