type Value = string | boolean | { readonly [key: string]: Value };

/**
 * Writes a configuration profile of macOS (`.mobileconfig`) with the preferences of one program. It is unsigned: Jamf and
 * other management servers sign what they deliver.
 *
 * @param domain the program's preference domain, such as `com.google.Chrome`
 * @see https://developer.apple.com/documentation/devicemanagement/toplevel
 */
export function mobileConfig(domain: string, preferences: Readonly<Record<string, Value>>): string {
  const identifier = `latchkey.extension.${domain}`;
  const payload: Value = {
    PayloadType: domain,
    PayloadIdentifier: `${identifier}.settings`,
    PayloadUUID: stableUuid(`${identifier}.settings`),
    PayloadDisplayName: 'Latchkey browser extension',
    ...preferences,
  };
  const head = {
    PayloadType: 'Configuration',
    PayloadIdentifier: identifier,
    PayloadUUID: stableUuid(identifier),
    PayloadDisplayName: 'Latchkey browser extension',
    PayloadScope: 'System',
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
${entries(head, '  ')}
  <key>PayloadVersion</key>
  <integer>1</integer>
  <key>PayloadContent</key>
  <array>
    <dict>
${entries(payload, '      ')}
      <key>PayloadVersion</key>
      <integer>1</integer>
    </dict>
  </array>
</dict>
</plist>
`;
}

const entries = (dictionary: { readonly [key: string]: Value }, indent: string): string =>
  Object.entries(dictionary)
    .map(([key, value]) => `${indent}<key>${escapeXml(key)}</key>\n${element(value, indent)}`)
    .join('\n');

function element(value: Value, indent: string): string {
  if (typeof value === 'boolean') return `${indent}<${value}/>`;
  if (typeof value === 'string') return `${indent}<string>${escapeXml(value)}</string>`;
  return `${indent}<dict>\n${entries(value, `${indent}  `)}\n${indent}</dict>`;
}

/** Escapes text for XML content and attributes. */
export const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * The same text gives the same UUID, so that a profile that is written anew replaces the one before it. The digits are
 * FNV-1a hashes: they identify, and protect nothing.
 */
function stableUuid(text: string): string {
  const hash = (seed: number): string => {
    let value = seed;
    for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return value.toString(16).padStart(8, '0');
  };
  const digits = [0x811c9dc5, 0x01234567, 0x89abcdef, 0xdeadbeef].map(hash).join('');
  // Version 8: a UUID of one's own making (RFC 9562 §5.8).
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5').toUpperCase();
}
