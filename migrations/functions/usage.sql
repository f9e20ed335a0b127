-- Token and cost totals from the audit log, for those who may read usage.
set local role groundwire_owner;

-- Totals of the claim's organization between two UTC days, both included: one row per day, budget month, user, model or
-- template, or a single row for 'total'. No rows for a user without the permission, nor for any other word. Runs that
-- used no model don't count; times to the first token are in milliseconds. Plan tokens are what counts against the month's
-- allowance.
create or replace function public.ai_usage(from_day date, to_day date, by_what text)
returns table (
  key text, label text, runs bigint, answers bigint, summaries bigint, estimated_answers bigint, refusals bigint,
  input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint,
  plan_tokens bigint, cost_micros bigint, first_token_p50_ms bigint, first_token_p95_ms bigint
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with seen as (
    select a.*,
      case by_what
        when 'day' then to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD')
        when 'month' then coalesce(a.budget_month, to_char(a.created_at at time zone 'UTC', 'YYYY-MM'))
        when 'user' then coalesce(a.actor_user_id::text, '')
        when 'model' then coalesce(a.model, '')
        when 'template' then coalesce(a._meta ->> 'templateId', '')
        else ''
      end as part
    from private.claim() c
    join public.audit_log a on a.org_id = c.org_id
    where c.permissions && array['usage:read', 'audit:read']
      and by_what in ('total', 'day', 'month', 'user', 'model', 'template')
      and a.created_at >= from_day::timestamp at time zone 'UTC'
      and a.created_at < (to_day + 1)::timestamp at time zone 'UTC'
      and (a.budget_month is not null or a.event = 'message.refused')
  )
  select s.part,
    case by_what when 'user' then max(u.name) end,
    count(distinct s.run_id) filter (where s.budget_month is not null),
    count(*) filter (where s.budget_month is not null and s.event <> 'history.summarized'),
    count(*) filter (where s.budget_month is not null and s.event = 'history.summarized'),
    count(*) filter (where s.usage_estimated and s.event <> 'history.summarized'),
    coalesce(sum((s._meta ->> 'count')::bigint) filter (where s.budget_month is null), 0)::bigint,
    coalesce(sum(s.input_tokens), 0)::bigint, coalesce(sum(s.output_tokens), 0)::bigint,
    coalesce(sum(s.cache_read_tokens), 0)::bigint, coalesce(sum(s.cache_write_tokens), 0)::bigint,
    coalesce(sum(s.reasoning_tokens), 0)::bigint,
    -- Rounded up for each request, as the Budget does. The weights are those of planTokensOf in durable/contracts/usage.ts.
    coalesce(sum(ceil((100 * coalesce(s.output_tokens, 0) + 20 * coalesce(s.input_tokens, 0)
      + 25 * coalesce(s.cache_write_tokens, 0) + 2 * coalesce(s.cache_read_tokens, 0)) / 100.0)), 0)::bigint,
    coalesce(sum(s.cost_micros), 0)::bigint,
    round(percentile_cont(0.5) within group (order by (s._meta ->> 'firstTokenMs')::bigint))::bigint,
    round(percentile_cont(0.95) within group (order by (s._meta ->> 'firstTokenMs')::bigint))::bigint
  from seen s
  left join public.users u on by_what = 'user' and u.id = s.actor_user_id
  group by s.part
  order by s.part;
end;

grant execute on function public.ai_usage(date, date, text) to groundwire_app;
