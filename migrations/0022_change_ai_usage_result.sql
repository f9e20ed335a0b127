-- The usage report also has plan tokens, which count against the month's allowance. A new result needs a new function;
-- functions/usage.sql creates it.
set local role groundwire_owner;

drop function if exists public.ai_usage(date, date, text);
