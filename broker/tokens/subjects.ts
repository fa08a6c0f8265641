/** Prefix of every service's subject (`svc:<name>`). Subjects of people never contain a colon. */
export const servicePrefix = 'svc:';
