// @vitest-environment happy-dom
import { describe } from 'vitest';
import { pageCases } from './testing/page-cases.ts';

describe('in happy-dom, the stand-in', pageCases);
