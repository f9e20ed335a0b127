// The Budget's own tables. Append steps; never edit one that has been released.

export const BUDGET_STEPS: readonly string[] = [
  `create table months (
     month text primary key, used integer not null,
     -- The fewest tokens that were refused since something was last granted.
     least_refused integer
   ) without rowid;
   -- Reservations of answers that are being written: few, so that sums over them are cheap.
   create table held (
     lease_id text primary key, month text not null, tokens integer not null, limit_tokens integer,
     expires_at integer not null
   ) without rowid;
   -- What was charged, so that nothing is charged twice.
   create table settled (
     lease_id text primary key, month text not null, tokens integer not null
   ) without rowid;`,
];
