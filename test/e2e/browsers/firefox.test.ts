import { openFirefox } from './firefox.ts';
import { browserSuite } from './suite.ts';

browserSuite('Firefox', openFirefox);
