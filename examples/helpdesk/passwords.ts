// Passwords are stored as scrypt hashes: `<salt>.<hash>`.
import { randomBytes, scrypt as scryptWithCallback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const scrypt = promisify(scryptWithCallback) as (password: string, salt: string, length: number) => Promise<Buffer>;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16).toString('base64url');
  return `${salt}.${(await scrypt(password, salt, 32)).toString('base64url')}`;
}

export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', expected = ''] = hash.split('.');
  const made = await scrypt(password, salt, 32);
  const wanted = Buffer.from(expected, 'base64url');
  return wanted.length === made.length && timingSafeEqual(made, wanted);
}
