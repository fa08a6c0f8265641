/** Begins the subject of every service (`svc:<name>`); people's subjects have no colon in them. */
export const servicePrefix = 'svc:';
