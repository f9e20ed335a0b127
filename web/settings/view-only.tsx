// Explains why the user can view these settings but not change them.
import { Eye } from 'lucide-react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { Banner } from '../design/banner.tsx';

export const ViewOnly = ({ me, permission }: { me: Me; permission: string }) => (
  <Banner tone="neutral" icon={Eye} title="View only">
    Changing these settings requires the permission <span className="font-mono">{permission}</span>, which your role,{' '}
    {me.org.role}, doesn’t include. An admin can change your role.
  </Banner>
);
