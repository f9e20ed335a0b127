// All commands, in the order of the help.
import type { Command } from './command.ts';
import { createOrg } from './commands/create-org.ts';
import { eraseOrg } from './commands/erase-org.ts';
import { eraseUser } from './commands/erase-user.ts';
import { exportOrg } from './commands/export-org.ts';
import { exportUser } from './commands/export-user.ts';
import { inviteAdmin } from './commands/invite-admin.ts';
import { addIssuer, listIssuers, removeIssuer, setIssuer } from './commands/issuers.ts';
import { listOrgs } from './commands/list-orgs.ts';
import { parked } from './commands/parked.ts';
import { pending } from './commands/pending.ts';
import { rotateKeys } from './commands/rotate-keys.ts';
import { setModels } from './commands/set-models.ts';
import { setPlan } from './commands/set-plan.ts';
import { verifyAudit } from './commands/verify-audit.ts';

export const COMMANDS: readonly Command[] = [
  ...[createOrg, inviteAdmin, setPlan, setModels, listOrgs],
  ...[addIssuer, listIssuers, setIssuer, removeIssuer],
  ...[rotateKeys, verifyAudit],
  ...[exportUser, exportOrg, eraseUser, eraseOrg],
  ...[pending, parked],
];
