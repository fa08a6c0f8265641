import { openChromium } from './chromium.ts';
import { browserSuite } from './suite.ts';

browserSuite('Chromium', openChromium);
