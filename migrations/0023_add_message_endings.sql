-- How an answer ended, and why. `status` stays what it was: an answer that reached its output limit is complete there, and
-- one that the model refused has failed. Null for questions and for messages stored before this migration.
set local role groundwire_owner;

alter table public.ai_messages
  add column ending text
    check (ending in ('complete', 'cut', 'stopped', 'refused', 'failed', 'interrupted', 'limited')),
  add column ending_cause text check (length(ending_cause) <= 64);
