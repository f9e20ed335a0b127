-- Time zones and dates. A show's times are those of the clock at its venue.
set local role groundwire_owner;

-- IANA names only: abbreviations and POSIX forms ignore daylight saving time or mean the opposite of what they seem to.
-- Immutable, because zone names are never removed.
create or replace function private.is_time_zone(name text) returns boolean
language plpgsql immutable as $$
begin
  if name <> 'UTC' and name !~ '^[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+){1,2}$' then
    return false;
  end if;
  perform timestamp '2000-01-01' at time zone name;
  return true;
exception when invalid_parameter_value then
  return false;
end
$$;

-- 2026-07-04T19:30:00-06:00
create or replace function private.local_time(at timestamptz, zone text) returns text
language sql stable
return to_char(at at time zone zone, 'YYYY-MM-DD"T"HH24:MI:SS') || (
  select case when o.minutes < 0 then '-' else '+' end || to_char(abs(o.minutes) / 60, 'FM00') || ':' || to_char(abs(o.minutes) % 60, 'FM00')
  from (select (extract(epoch from (at at time zone zone) - (at at time zone 'UTC')) / 60)::integer as minutes) o
);

create or replace function private.today() returns date
language sql stable
return (now() at time zone 'UTC')::date;

-- The status of a document that is valid until a day.
create or replace function private.validity(until date) returns text
language sql stable
return case when until is null then 'missing' when until < private.today() then 'expired'
  when until <= private.today() + 30 then 'expiring' else 'valid' end;

-- Keys that sort times, oldest first or newest first.
create or replace function private.moment_key(at timestamptz, newest_first boolean) returns text
language sql immutable
return lpad(case when newest_first then 99999999999 - floor(extract(epoch from at)) else floor(extract(epoch from at)) end::bigint::text, 12, '0');

grant execute on function private.local_time(timestamptz, text), private.today(), private.validity(date),
  private.moment_key(timestamptz, boolean) to groundwire_app;
