-- Any SQL that reaches the app role can forge a plain setting, so each transaction carries a signed claim:
-- groundwire.claim = <kid>.<base64url(payload)>.<base64url(hmac-sha256 of "<kid>.<payload>")>. The payload is {kind:
-- user|system|subject|installation, user?, org?, sub?, exp}. Only the Worker and this table have the key.
set local role groundwire_owner;

-- The two padded keys of HMAC (RFC 2104) instead of the secret, so that the check is two calls of the built-in sha256()
-- and needs no extension on its search_path.
create table private.claim_keys (
  kid text primary key check (kid ~ '^[A-Za-z0-9_-]{1,32}$'),
  inner_pad bytea not null check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64),
  created_at timestamptz not null default now()
);

--!needs functions/claim.sql
