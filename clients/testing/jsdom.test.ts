// @vitest-environment jsdom
import { describe } from 'vitest';
import { pageCases } from './testing/page-cases.ts';

describe('in jsdom, the stand-in', pageCases);
