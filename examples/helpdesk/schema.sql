-- The tables of Harbor Desk. Every row of a customer names it, and every query of a page asks for one customer's rows.
create table if not exists customers (
  id uuid primary key default gen_random_uuid(),
  -- The name of the customer's organization in the assistant.
  slug text not null unique,
  name text not null
);

create table if not exists people (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references customers,
  email text not null unique,
  name text not null,
  role text not null check (role in ('manager', 'agent')),
  password_hash text not null,
  theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
  language text not null default 'en' check (language in ('en', 'de')),
  removed_at timestamptz
);

create table if not exists sessions (
  token_hash text primary key,
  person_id uuid not null references people,
  expires_at timestamptz not null
);

create table if not exists tickets (
  customer_id uuid not null references customers,
  number integer not null,
  subject text not null,
  body text not null,
  requester text not null,
  status text not null default 'open' check (status in ('open', 'waiting', 'solved')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'urgent')),
  assignee_id uuid references people,
  opened_at timestamptz not null default now(),
  due_at timestamptz,
  primary key (customer_id, number)
);

create table if not exists invoices (
  customer_id uuid not null references customers,
  number text primary key,
  period text not null,
  amount_cents integer not null,
  due_on date not null,
  paid_on date
);

-- Keys that sign the tokens for the assistant. In production, the private part belongs in a key service.
create table if not exists signing_keys (
  kid text primary key,
  private_jwk jsonb not null,
  public_jwk jsonb not null,
  signs_from timestamptz not null
);
