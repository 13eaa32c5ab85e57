// The official client against our _bulk: product check, then helpers.bulk of numbered documents.
// Environment: URL, CA (file), TOKEN_ID, TOKEN, COUNT. Prints one line of JSON.
'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { Client } = createRequire(process.env.CLIENT_FOLDER + '/')('@elastic/elasticsearch');

const client = new Client({
  node: process.env.URL,
  auth: { apiKey: { id: process.env.TOKEN_ID, api_key: process.env.TOKEN } },
  tls: { ca: fs.readFileSync(process.env.CA) },
  compression: process.env.GZIP === '1',
  maxRetries: 3,
});

async function* documents(count) {
  for (let n = 0; n < count; ++n) yield { n, message: `document ${n} 日本語` };
}

(async () => {
  const info = await client.info();
  const dropped = [];
  const result = await client.helpers.bulk({
    datasource: documents(Number(process.env.COUNT)),
    onDocument: (doc) => ({ create: { _index: 'js', _id: `js-${doc.n}` } }),
    onDrop: (drop) => dropped.push(drop.status),
    flushBytes: 100000,
    concurrency: 3,
    wait: 100,
    retries: 50,
  });
  console.log(JSON.stringify({ version: info.version.number, successful: result.successful, failed: result.failed, dropped }));
})().catch((error) => {
  console.log(JSON.stringify({ error: String(error), meta: error.meta && error.meta.body }));
  process.exit(1);
});
