import { attachFaults, urlsOf } from './attach-faults.ts';
import { extensionClientId } from './extension-client-id.ts';
import type { Fault } from './fault.ts';

type Tree = Readonly<Record<string, unknown>>;

const tree = (value: unknown): Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
/** As the session API accepts them. */
const maxScopeLength = 2_048;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * Finds references to names that are not defined in the file. Works on the raw parsed file, so these faults are
 * reported together with the schema faults.
 */
export function referenceFaults(file: unknown): Fault[] {
  const { resources, origins, devices, services, upstreams } = tree(file);
  const faults: Fault[] = [];
  for (const [section, entries] of [
    ['origins', tree(origins)],
    ['devices', tree(devices)],
    ['services', tree(services)],
  ] as const) {
    for (const [name, entry] of Object.entries(entries)) {
      const { allow, groups } = tree(entry);
      faults.push(...allowFaults([section, name, 'allow'], tree(allow), tree(resources)));
      faults.push(...groupFaults([section, name, 'groups'], list(groups), tree(upstreams)));
    }
  }
  for (const [name, entry] of Object.entries(tree(resources)))
    faults.push(...groupFaults(['resources', name, 'groups'], list(tree(entry).groups), tree(upstreams)));
  for (const name of Object.keys(tree(origins))) faults.push(...siteFaults(name, tree(file)));
  for (const [name, entry] of Object.entries(tree(devices)))
    faults.push(...bindingFaults(['devices', name, 'allow'], tree(tree(entry).allow), tree(resources)));
  for (const [name, entry] of Object.entries(tree(services)))
    faults.push(...serviceFaults(['services', name], tree(entry), tree(resources)));
  faults.push(...clientFaults(tree(devices), tree(services)));
  for (const [name, entry] of Object.entries(tree(upstreams)))
    faults.push(...authenticationFaults(['upstreams', name], tree(entry)));
  faults.push(...domainFaults(tree(upstreams)));
  return faults;
}

/** An address leads to one provider. */
function domainFaults(upstreams: Tree): Fault[] {
  const owners = new Map<string, string>();
  return Object.entries(upstreams).flatMap(([name, entry]) =>
    list(tree(entry).domains).flatMap((domain): Fault[] => {
      const key = String(domain).toLowerCase();
      const owner = owners.get(key) ?? name;
      owners.set(key, owner);
      if (owner === name) return [];
      return [{ path: ['upstreams', name, 'domains'], message: `has ${key}, which ${owner} has too. Leave it in one` }];
    }),
  );
}

function allowFaults(path: readonly string[], allow: Tree, resources: Tree): Fault[] {
  return Object.entries(allow).flatMap(([resource, scopes]): Fault[] => {
    if (!Object.hasOwn(resources, resource)) {
      return [{ path: [...path, resource], message: 'is not defined under resources. Add it there' }];
    }
    const known = tree(tree(resources[resource]).scopes);
    const tooLong =
      list(scopes).join(' ').length <= maxScopeLength
        ? []
        : [
            {
              path: [...path, resource],
              message: `has more than ${maxScopeLength} characters of scopes, which don't fit into a token. Use fewer or shorter scopes`,
            },
          ];
    const unknown = list(scopes)
      .filter((scope) => typeof scope === 'string' && !Object.hasOwn(known, scope))
      .map((scope) => ({
        path: [...path, resource],
        message: `unknown scope "${scope}" for this resource (available: ${Object.keys(known).join(', ') || 'none'})`,
      }));
    return [...tooLong, ...unknown];
  });
}

function siteFaults(origin: string, file: Tree): Fault[] {
  const [origins, resources] = [tree(file.origins), tree(file.resources)];
  const site = tree(origins[origin]);
  if (site.attach_tokens !== true) return [];
  const known = Object.keys(tree(site.allow)).filter((resource) => Object.hasOwn(resources, resource));
  return attachFaults(origin, {
    ...site,
    others: [...Object.keys(origins), String(file.issuer), ...Object.entries(resources).flatMap(urlsOf)],
    resources: known.map((resource) => [resource, tree(resources[resource])]),
  });
}

/** Client names must be unique: APIs identify clients by the name in each token. */
function clientFaults(devices: Tree, services: Tree): Fault[] {
  const taken = (section: string, names: string[], message: string): Fault[] =>
    names.map((name) => ({ path: [section, name], message }));
  const reserved = (entries: Tree) => Object.keys(entries).filter((name) => name === extensionClientId);
  const message = 'is reserved: tokens for the extension carry it as client_id. Choose another name';
  return [
    ...taken('devices', reserved(devices), message),
    ...taken('services', reserved(services), message),
    ...taken(
      'services',
      Object.keys(services).filter((name) => Object.hasOwn(devices, name)),
      'is also the name of a device, so tokens could not tell the two apart. Rename one of them',
    ),
  ];
}

/** Few device clients send DPoP proofs, and our own don't. Without one, they would get no token for such a resource. */
function bindingFaults(path: readonly string[], allow: Tree, resources: Tree): Fault[] {
  return Object.keys(allow)
    .filter((resource) => Object.hasOwn(resources, resource) && tree(resources[resource]).dpop === 'required')
    .map((resource) => ({
      path: [...path, resource],
      message:
        'accepts only bound tokens (dpop: required), and most devices send no DPoP proof. Remove it, or set dpop: optional on the resource: devices that send a proof get bound tokens',
    }));
}

function groupFaults(path: readonly string[], groups: unknown[], upstreams: Tree): Fault[] {
  return groups
    .filter(
      (group) =>
        typeof group === 'string' && group.includes(':') && !Object.hasOwn(upstreams, group.split(':', 1)[0] ?? ''),
    )
    .map((group) => ({
      path,
      message: `"${group}" doesn't start with the name of a provider (available: ${Object.keys(upstreams).join(', ') || 'none'})`,
    }));
}

function authenticationFaults(path: readonly string[], upstream: Tree): Fault[] {
  const given = ['client_secret', 'client_secret_file', 'private_key_file'].filter(
    (key) => upstream[key] !== undefined,
  );
  if (given.length === 1) return [];
  return [
    {
      path,
      message:
        given.length === 0
          ? 'has no client authentication. Add private_key_file, client_secret_file, or client_secret: ${ENV_VAR}'
          : `has ${given.join(' and ')}: keep one`,
    },
  ];
}

function serviceFaults(path: readonly string[], service: Tree, resources: Tree): Fault[] {
  const faults: Fault[] = list(service.introspect)
    .filter((resource) => typeof resource === 'string' && !Object.hasOwn(resources, resource))
    .map((resource) => ({
      path: [...path, 'introspect'],
      message: `"${resource}" is not defined under resources. Add it there`,
    }));
  const given = ['public_jwk', 'jwks_file', 'secret_hash'].filter((key) => service[key] !== undefined);
  if (given.length !== 1) {
    faults.push({
      path,
      message:
        given.length === 0
          ? 'has no authentication. Add public_jwk or jwks_file (for private_key_jwt), or secret_hash'
          : `has ${given.join(' and ')}: keep one`,
    });
  }
  return faults;
}
