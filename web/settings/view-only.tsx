// Why one may look at these settings and not change them.
import { Eye } from 'lucide-react';
import type { Me } from '../../worker/contract.ts';
import { Banner } from '../design/banner.tsx';

export const ViewOnly = ({ me, permission }: { me: Me; permission: string }) => (
  <Banner tone="neutral" icon={Eye} title="You can look at this and not change it">
    Changing it needs the permission <span className="font-mono">{permission}</span>, which your role, {me.org.role},
    does not have. An admin can give you a role that has it.
  </Banner>
);
