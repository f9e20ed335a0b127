// The OpenAPI document, open to everyone.
import { Hono } from 'hono';
import type { EdgeEnv } from '../edge-env.ts';
import { openApiDocument } from '../openapi.ts';

export const openApiRoutes = new Hono<EdgeEnv>();

openApiRoutes.get('/openapi.json', (c) => c.json(openApiDocument()));
