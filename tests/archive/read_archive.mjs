// A second reader of the archive, after docs/formats/ alone: Node's standard library and the zstd command.
//   node read_archive.mjs ARCHIVE_FOLDER
// Prints every line in order of seq behind its group and a tab, and on standard error what is damaged. Where a line stands in a
// journal and in a segment, both have to be the same.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 as crcOfZlib } from 'node:zlib'

const groups = ['network', 'identity', 'host', 'yorozu']
const folder = process.argv[2]
let damages = 0
const damage = (text) => {
  damages += 1
  process.stderr.write(`${text}\n`)
}

const table = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n
})
const crc32 = crcOfZlib ?? ((bytes) => {
  let crc = -1
  for (const byte of bytes) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
})

// seq (bigint) -> { group, line }
const lines = new Map()
const keep = (seq, group, line, where) => {
  const known = lines.get(seq)
  if (known === undefined) lines.set(seq, { group, line })
  else if (known.group !== group || !known.line.equals(line)) damage(`${where}: line ${seq} differs`)
}

function* splitLines(bytes) {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at)
    yield bytes.subarray(at, end)
    at = end + 1
  }
}

const seqOf = (line) => BigInt(/^\{"seq":(\d+),/.exec(line.subarray(0, 40).toString('latin1'))[1])

// docs/formats/journal.md. `limit`: first number of the next journal.
function readJournal(name, limit) {
  const bytes = readFileSync(join(folder, 'journal', name))
  const nameBytes = bytes.readUInt32LE(28)
  const header = bytes.subarray(0, 48 + nameBytes)
  if (bytes.toString('latin1', 0, 8) !== 'YRZJRNL\u0001' || crc32(header) !== bytes.readUInt32LE(header.length))
    return damage(`${name}: header`)
  const marker = bytes.subarray(8, 16)
  for (let at = header.length + 4; at < bytes.length;) {
    const length = at + 36 <= bytes.length ? bytes.readUInt32LE(at + 8) : Infinity
    const covered = bytes.subarray(at + 16, at + 16 + length)
    const good = bytes.subarray(at, at + 8).equals(marker) && covered.length === length && crc32(covered) === bytes.readUInt32LE(at + 12)
    if (!good) {
      const next = bytes.indexOf(marker, at + 1)
      if (next < 0) {
        if (limit !== undefined) damage(`${name}: bytes behind ${at} are no record`)
        return // a torn tail
      }
      damage(`${name}: no record at ${at}`)
      at = next
      continue
    }
    let seq = covered.readBigUInt64LE(8)
    if (limit !== undefined && seq >= limit) return // void
    let count = covered.readUInt32LE(16)
    for (const line of splitLines(covered.subarray(20))) {
      if (seqOf(line.subarray(1)) !== seq) damage(`${name}: line ${seq} has another number`)
      keep(seq, line[0], line.subarray(1), name)
      seq += 1n
      count -= 1
    }
    if (count !== 0) damage(`${name}: count at ${at}`)
    at += 16 + length
  }
}

// docs/formats/segment.md: the lines by the zstd command, and what table and summary say against them.
function readSegment(path) {
  const bytes = readFileSync(path)
  const group = groups.indexOf(/-(\w+)\.ndjson\.zst$/.exec(path)[1])
  const text = execFileSync('zstd', ['-dcq', path], { maxBuffer: 1 << 30 })
  if (bytes.readUInt32LE(bytes.length - 4) !== 0x8f92eab1) return damage(`${path}: no seek table`)
  const entries = bytes.readUInt32LE(bytes.length - 9)
  const seekTable = bytes.length - 9 - entries * 8
  let packed = 0
  let plain = 0
  for (let i = 0; i < entries; i += 1) {
    packed += bytes.readUInt32LE(seekTable + i * 8)
    plain += bytes.readUInt32LE(seekTable + i * 8 + 4)
  }
  if (packed !== seekTable - 8 || plain !== text.length) damage(`${path}: seek table`)
  const summaryFrame = seekTable - 8 - bytes.readUInt32LE(seekTable + (entries - 1) * 8)
  const summary = bytes.subarray(summaryFrame + 8, seekTable - 8)
  if (bytes.readUInt32LE(summaryFrame) !== 0x184d2a59 || crc32(summary.subarray(0, -4)) !== summary.readUInt32LE(summary.length - 4))
    damage(`${path}: summary`)
  let packedAt = 0
  for (let i = 0; i < entries - 1; i += 1) {
    const size = summary.readUInt32LE(80 + i * 24 + 8)
    if (crc32(bytes.subarray(packedAt, packedAt + size)) !== summary.readUInt32LE(80 + i * 24 + 20)) damage(`${path}: block ${i}`)
    packedAt += size
  }
  let count = 0n
  for (const line of splitLines(text)) {
    keep(seqOf(line), group, line, path)
    count += 1n
  }
  if (count !== summary.readBigUInt64LE(40) || summary[72] !== group) damage(`${path}: count or group`)
}

const names = (...parts) => (existsSync(join(folder, ...parts)) ? readdirSync(join(folder, ...parts)) : []).sort()

const journals = names('journal')
  .map((name) => ({ name, first: BigInt(name.split('-')[0]), attempt: parseInt(name.split('-')[1], 10) }))
  .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.attempt - b.attempt))
journals.forEach((journal, i) => readJournal(journal.name, journals[i + 1]?.first))
for (const year of names('segments'))
  for (const month of names('segments', year))
    for (const day of names('segments', year, month))
      for (const name of names('segments', year, month, day))
        if (!name.endsWith('.tmp')) readSegment(join(folder, 'segments', year, month, day, name))

let expected = 1n
const out = []
for (const seq of [...lines.keys()].sort((a, b) => (a < b ? -1 : 1))) {
  if (seq !== expected) damage(`lines ${expected} to ${seq - 1n} are missing`)
  expected = seq + 1n
  const { group, line } = lines.get(seq)
  // Byte for byte: the line parses, and its frame comes back from raw or raw_b64.
  const parsed = JSON.parse(line.toString('utf8'))
  const frame = parsed.raw === undefined ? Buffer.from(parsed.raw_b64, 'base64') : Buffer.from(parsed.raw, 'utf8')
  out.push(Buffer.from(`${groups[group]}\t${frame.toString('hex')}\t`), line, Buffer.from('\n'))
}
process.stdout.write(Buffer.concat(out))
process.exitCode = damages === 0 ? 0 : 1
