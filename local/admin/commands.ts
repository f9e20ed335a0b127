// The commands, in the order in which the help lists them.
import type { Command } from './command.ts';
import { createOrg } from './commands/create-org.ts';
import { inviteAdmin } from './commands/invite-admin.ts';
import { listOrgs } from './commands/list-orgs.ts';
import { setPlan } from './commands/set-plan.ts';
import { verifyAudit } from './commands/verify-audit.ts';

export const COMMANDS: readonly Command[] = [createOrg, inviteAdmin, listOrgs, setPlan, verifyAudit];
