// An object's refusal as the edge throws it, in the object's own words where it has some.
import type { Refused } from '../durable/conversation/requests.ts';
import { AppError } from '../durable/errors.ts';

export const refusedBy = ({ code, detail }: Refused): AppError =>
  new AppError(code, detail === undefined ? {} : { detail });
