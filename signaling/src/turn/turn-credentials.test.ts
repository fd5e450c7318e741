import { expect, test } from 'vitest';
import { turnIceServer } from './turn-credentials.js';

test('the name is the expiry and the participant, the password is what coturn makes of it', () => {
  const urls = ['turn:203.0.113.5:3478?transport=udp'];
  const given = turnIceServer({ urls, secret: 'north' }, 'ada', 1_700_000_000_999);
  expect(given).toEqual({
    urls,
    username: '1700000000:ada',
    // Python: base64.b64encode(hmac.new(b'north', b'1700000000:ada', 'sha1').digest())
    credential: 'ndZ88ryT1whVxdkcRLepT9D1MpM=',
  });
});
