-- Checks of permissions and of tool input. Each refuses with a code and the name of the field.
set local role groundwire_owner;

-- The claim's user. Refuses a user who has none of the permissions.
create or replace function private.require_permission(variadic wanted text[]) returns table (org_id uuid, user_id uuid)
language plpgsql stable as $$
#variable_conflict use_column
declare
  who record;
begin
  select c.org_id, c.user_id, c.permissions into who from private.claim() c where c.kind = 'user';
  if not found or not who.permissions && wanted then
    perform private.refuse('FORBIDDEN', format('Your role doesn''t have the permission %s.', wanted[1]),
      jsonb_build_object('permission', wanted[1]));
  end if;
  return query select who.org_id, who.user_id;
end
$$;

create or replace function private.holds(permission text) returns boolean
language sql stable
return exists (select from private.claim() c where permission = any (c.permissions));

-- Null if the field is absent or null.
create or replace function private.input_text(input jsonb, field text, max_length integer, is_required boolean default false) returns text
language plpgsql stable as $$
declare
  given jsonb := nullif(input -> field, 'null');
  value text := btrim(given #>> '{}', E' \t\r\n');
begin
  if given is not null and jsonb_typeof(given) not in ('string', 'number') then
    perform private.refuse('OUT_OF_RANGE', format('%s must be text.', field), jsonb_build_object('field', field));
  end if;
  if is_required and coalesce(value, '') = '' then
    perform private.refuse('MISSING', format('%s is missing.', field), jsonb_build_object('field', field));
  end if;
  if length(value) > max_length then
    perform private.refuse('OUT_OF_RANGE', format('%s can have at most %s characters.', field, max_length),
      jsonb_build_object('field', field, 'max', max_length));
  end if;
  return value;
end
$$;

create or replace function private.input_number(
  input jsonb, field text, low numeric, high numeric, is_whole boolean default false
) returns numeric
language plpgsql stable as $$
declare
  value text := nullif(input -> field, 'null') #>> '{}';
begin
  if value is null then
    return null;
  end if;
  -- Length first, so that a number of a million digits is never parsed.
  if jsonb_typeof(input -> field) not in ('number', 'string') or length(value) > 40
    or value !~ '^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$'
    or value::numeric not between low and high or (is_whole and value::numeric <> trunc(value::numeric)) then
    perform private.refuse('OUT_OF_RANGE',
      format('%s must be a %s from %s to %s.', field, case when is_whole then 'whole number' else 'number' end, low, high),
      jsonb_build_object('field', field, 'min', low, 'max', high));
  end if;
  return value::numeric;
end
$$;

create or replace function private.input_choice(input jsonb, field text, variadic allowed text[]) returns text
language plpgsql stable as $$
declare
  value text := private.input_text(input, field, 100);
  choice text;
begin
  if coalesce(value, '') = '' then
    return null;
  end if;
  select a into choice from unnest(allowed) a where lower(a) = lower(value);
  if choice is null then
    perform private.refuse('OUT_OF_RANGE', format('%s must be one of: %s.', field, array_to_string(allowed, ', ')),
      jsonb_build_object('field', field, 'allowed', allowed));
  end if;
  return choice;
end
$$;

create or replace function private.input_flag(input jsonb, field text, otherwise boolean) returns boolean
language plpgsql stable as $$
begin
  if coalesce(jsonb_typeof(input -> field), 'null') not in ('null', 'boolean') then
    perform private.refuse('OUT_OF_RANGE', format('%s must be true or false.', field), jsonb_build_object('field', field));
  end if;
  return coalesce((nullif(input -> field, 'null'))::boolean, otherwise);
end
$$;

-- '' clears the date; null leaves it unchanged.
create or replace function private.input_date(input jsonb, field text) returns text
language plpgsql stable as $$
declare
  value text := private.input_text(input, field, 40);
begin
  if value is null or value = '' then
    return value;
  end if;
  if value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' and pg_input_is_valid(left(value, 10), 'date')
    and left(value, 10)::date between '1970-01-01' and '2200-01-01' then
    return left(value, 10);
  end if;
  perform private.refuse('OUT_OF_RANGE', format('%s must be a date such as 2026-11-21.', field), jsonb_build_object('field', field));
end
$$;

-- The texts of an array in the input, in order, without repetitions.
create or replace function private.input_references(input jsonb, field text, max_count integer) returns text[]
language plpgsql stable as $$
declare
  given jsonb := coalesce(nullif(input -> field, 'null'), '[]');
begin
  if jsonb_typeof(given) <> 'array' or jsonb_array_length(given) > max_count
    or exists (select from jsonb_array_elements(given) e where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 200) then
    perform private.refuse('OUT_OF_RANGE', format('%s must be a list of at most %s ids or numbers.', field, max_count),
      jsonb_build_object('field', field, 'max', max_count));
  end if;
  return array(
    select e.value from jsonb_array_elements_text(given) with ordinality e (value, n)
    where btrim(e.value) <> '' group by e.value order by min(e.n)
  );
end
$$;

create or replace function private.is_uuid(value text) returns boolean
language sql immutable
return value ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

create or replace function private.refuse_unknown(kind text, field text) returns void
language sql stable
return private.refuse('NOT_FOUND', format('No %s with this name or id was found, or you don''t have access.', kind),
  jsonb_build_object('field', field));

-- Turns rows {key, row}, in the order of their keys, into {rows, cursor}. The caller reads one row more than `size`, to
-- know whether there are more.
create or replace function private.page_of(rows jsonb, size integer) returns jsonb
language sql immutable
return jsonb_build_object(
  'rows', coalesce((
    select jsonb_agg(r.value -> 'row' order by r.n) from jsonb_array_elements(rows) with ordinality r (value, n) where r.n <= size), '[]'),
  'cursor', case when jsonb_array_length(rows) > size then rows -> (size - 1) -> 'key' end);

grant execute on function private.require_permission(text[]), private.holds(text),
  private.input_text(jsonb, text, integer, boolean), private.input_number(jsonb, text, numeric, numeric, boolean),
  private.input_choice(jsonb, text, text[]), private.input_flag(jsonb, text, boolean),
  private.input_date(jsonb, text), private.input_references(jsonb, text, integer), private.is_uuid(text),
  private.refuse_unknown(text, text), private.page_of(jsonb, integer) to groundwire_app;
