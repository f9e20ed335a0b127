-- The usage report counts summaries of earlier turns apart from answers. A new result needs a new function; functions/usage.sql
-- creates it.
set local role groundwire_owner;

drop function if exists public.ai_usage(date, date, text);
