const parameters = ['password', 'sslpassword'];

/** Whether a PostgreSQL connection URL has a password, in its authority or its query. It doesn't have to be a valid URL. */
export function hasPassword(url: string): boolean {
  const [scheme = '', ...rest] = url.split('//');
  if (scheme !== 'postgres:' && scheme !== 'postgresql:') return false;
  const [beforeQuery = '', query = ''] = rest.join('//').split('?');
  const [authority = ''] = beforeQuery.split('/');
  const userInfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  const [, ...password] = userInfo.split(':');
  return password.join(':') !== '' || parameters.some((name) => Boolean(new URLSearchParams(query).get(name)));
}
