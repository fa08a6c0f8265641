import { describe, expect, it } from 'vitest';
import { beginDevice, brokerWithProvider } from '../../test/broker/honest.ts';
import { networkOf } from './network.ts';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['', ''],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::a:b:c:d', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2::', '1:2:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('a budget by address', () => {
  it('is one for a whole /64: changing the address in it buys nothing', async () => {
    const broker = await brokerWithProvider('');
    const ask = async (from: string) => (await beginDevice(broker, 'tv', from)).status;
    const statuses: number[] = [];
    for (let host = 1; host <= 31; host += 1) statuses.push(await ask(`2001:db8::${host.toString(16)}`));
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(200));
    expect(statuses.at(-1)).toBe(429);
    expect(await ask('2001:db8:0:1::1')).toBe(200);
    await broker.close();
  });
});
