import { describe, expect, it } from 'vitest';
import { readAddresses } from './external-database.ts';

const keys = {
  claimKey: 'local:c',
  sessionKey: 's',
  masterKeys: 'v1:m',
  auditKeys: 'a1:a',
  ownerPassword: 'o',
  appPassword: 'made',
};

describe('an external database', () => {
  it('uses a DATABASE_URL of groundwire_app as the Worker’s login, and migrates nothing without an owner', () => {
    const DATABASE_URL = 'postgresql://groundwire_app:a%40b@db.test:5433/app';
    expect(readAddresses({ DATABASE_URL }, keys)).toEqual({
      appUrl: DATABASE_URL,
      ownerUrl: null,
      appPassword: 'a@b',
      isNeon: false,
    });
    const DATABASE_OWNER_URL = 'postgresql://owner:p@db.test:5433/app';
    expect(readAddresses({ DATABASE_URL, DATABASE_OWNER_URL }, keys).ownerUrl).toBe(DATABASE_OWNER_URL);
  });

  it('uses a DATABASE_URL of any other user as the owner’s, and derives the Worker’s login from it', () => {
    const DATABASE_URL = 'postgresql://me:p@ep-a.eu.aws.neon.tech/app?sslmode=require';
    expect(readAddresses({ DATABASE_URL }, keys)).toEqual({
      appUrl: 'postgresql://groundwire_app:made@ep-a.eu.aws.neon.tech/app?sslmode=require',
      ownerUrl: DATABASE_URL,
      appPassword: 'made',
      isNeon: true,
    });
  });

  it.each(['db.test', 'https://me:secret@db.test/app', 'postgresql://me:secret@db.test'])(
    'an address that is none is refused without being shown: %s',
    (DATABASE_URL) => {
      const read = () => readAddresses({ DATABASE_URL }, keys);
      expect(read).toThrow('DATABASE_URL must read postgresql://');
      expect(read).not.toThrow('secret');
    },
  );
});
