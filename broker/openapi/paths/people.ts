import type { FormParameter } from '../../oauth/form.ts';
import { changes } from '../../web/account/account-changes.ts';
import { languages } from '../../web/pages/languages.ts';
import { formSchema } from '../form-parameters.ts';
import { type Answer, type ErrorUse, type Operation, type Parameter, type Paths, page } from '../operation.ts';

const query = (name: string, description: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
  ...more,
});

const uiLocales = query(
  'ui_locales',
  `The language of the page, and of those that follow: ${languages.map(({ tag }) => tag).join(', ')}. Default: as the browser prefers.`,
);

const shown = (description: string): Record<number, Answer> => ({
  200: { description, content: page },
});
const onward = (status: 302 | 303, description: string): Record<number, Answer> => ({
  [status]: { description, headers: ['Location'] },
});

type Page = Pick<Operation, 'id' | 'summary' | 'description' | 'answers' | 'parameters'> & {
  errors?: readonly ErrorUse[];
};

const opened = ({ errors = [], parameters = [], ...rest }: Page): Operation => ({
  ...rest,
  tag: 'People',
  security: [['pageCookie'], []],
  parameters: [...parameters, uiLocales],
  errors,
  errorsAs: 'page',
  headers: ['Set-Cookie?'],
});

/** A form without the page's cookie or its `csrf`, or that is out of date. */
const staleForm: ErrorUse = ['invalid_request', 403];

const submitted = (
  { errors = [], ...rest }: Page,
  fields: { required: FormParameter[]; optional?: FormParameter[]; actions?: readonly string[] },
): Operation => ({
  ...opened({ ...rest, errors: [...errors, staleForm, 'too_many_requests'] }),
  security: [['pageCookie']],
  body: {
    type: 'application/x-www-form-urlencoded',
    schema: formSchema(
      fields.required,
      fields.optional ?? [],
      fields.actions === undefined ? {} : { action: { enum: fields.actions } },
    ),
  },
});

const ofSignIns = ['upstream_error'] as const;
const decision: FormParameter[] = ['csrf', 'ticket', 'action'];

/** Pages, and what their forms send. They are no API: forms need a page's cookie and its `csrf`. */
export const peoplePaths: Paths = {
  '/': { get: opened({ id: 'openRoot', summary: 'Go to /device', answers: onward(302, 'To `/device`.') }) },
  '/device': {
    get: opened({
      id: 'openDevicePage',
      summary: 'Enter the code of a device',
      parameters: [query('user_code', 'Fills in the code. Nothing is submitted.')],
      answers: shown('The page.'),
    }),
    post: submitted(
      {
        id: 'submitUserCode',
        summary: 'Go on with a code',
        description: 'The code is compared after the sign-in.',
        answers: shown('A page that goes on to the provider, or asks which one.'),
        errors: ofSignIns,
      },
      { required: ['csrf', 'user_code'], optional: ['upstream'] },
    ),
  },
  '/device/decision': {
    post: submitted(
      {
        id: 'decideAboutDevice',
        summary: 'Allow, deny or report a device',
        answers: { ...shown('A page that goes on to the provider.'), ...onward(303, 'To the result.') },
        errors: ofSignIns,
      },
      { required: decision, actions: ['allow', 'deny', 'report'] },
    ),
  },
  '/authorize/decision': {
    post: submitted(
      {
        id: 'decideAboutProgram',
        summary: 'Allow, deny or report a native program',
        answers: { ...shown('A page that goes on to the provider or the program.'), ...onward(303, 'To the result.') },
        errors: ofSignIns,
      },
      { required: decision, actions: ['allow', 'deny', 'report', 'switch_account'] },
    ),
  },
  '/account': {
    get: opened({
      id: 'openAccountPage',
      summary: 'See where one is signed in',
      parameters: [
        query('upstream', 'The provider to sign in with, by its name in the configuration.'),
        query('before', 'Older entries of the recent activity.'),
      ],
      answers: { ...shown('The page.'), ...onward(302, 'To the provider.') },
      errors: [...ofSignIns, 'access_denied', 'too_many_requests'],
    }),
    post: submitted(
      {
        id: 'changeAccount',
        summary: 'Sign out a browser or device, rename a device, or take back a consent',
        answers: { ...shown('A page that goes on to the provider.'), ...onward(303, 'To `/account`.') },
        errors: ofSignIns,
      },
      {
        required: ['csrf', 'action'],
        optional: ['id', 'name', 'origin'],
        actions: [...changes.keys(), 'end_all'],
      },
    ),
  },
  '/callback': {
    get: opened({
      id: 'returnFromProvider',
      summary: 'Come back from the provider',
      description: 'The provider’s redirect (RFC 6749 §4.1.2).',
      parameters: [
        query('state', 'Which sign-in it is.', { required: true }),
        query('code', 'The provider’s code.'),
        query('iss', 'The provider’s issuer (RFC 9207).'),
        query('error', 'Why there is no code.'),
        query('error_description', 'The same in words. It is only logged.'),
      ],
      answers: onward(303, 'To the result, or to the provider once more.'),
      errors: [...ofSignIns, 'invalid_transaction', 'invalid_grant', 'access_denied'],
    }),
  },
  '/result': {
    get: opened({
      id: 'openResult',
      summary: 'See what a sign-in led to',
      description: 'As often as it is opened, and as things stand now. Its status says how it ended.',
      parameters: [query('of', 'Which sign-in it is.')],
      answers: {
        ...shown('A question or an end.'),
        ...onward(303, 'To another page.'),
        400: { description: 'The code was wrong, the request is over, or there is no such result.', content: page },
        403: { description: 'The person or the provider refused.', content: page },
        429: { description: 'Too many wrong codes.', content: page },
        502: { description: 'The provider refused the broker.', content: page },
        503: { description: 'The provider is unavailable.', content: page },
      },
    }),
  },
  '/signout': {
    post: submitted(
      {
        id: 'signOutOfPages',
        summary: 'Sign out of these pages',
        description: 'The next sign-in asks for the account.',
        answers: onward(303, 'To `/device`.'),
      },
      { required: ['csrf'] },
    ),
  },
};
