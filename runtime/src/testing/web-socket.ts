import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The side of a server of a WebSocket (RFC 6455), for texts that fit into one frame. */
export interface WebSocketPeer {
  send(text: string): void;
  /** With a closing frame, as a server that means to. */
  close(): void;
  /** Without a word, as a network that breaks. */
  destroy(): void;
  onText?: (text: string) => void;
  onEnd?: () => void;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** Answers the handshake of a client, and speaks with it from then on. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex): WebSocketPeer {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  const peer: WebSocketPeer = {
    send: (text) => void socket.write(frame(TEXT, Buffer.from(text))),
    close: () => void socket.write(frame(CLOSE, Buffer.from([0x03, 0xe8]))),
    destroy: () => void socket.destroy(),
  };
  let pending: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('close', () => peer.onEnd?.());
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let next = readFrame(pending); next; next = readFrame(pending)) {
      pending = next.rest;
      if (next.opcode === TEXT) peer.onText?.(next.payload.toString());
      if (next.opcode === PING) socket.write(frame(PONG, next.payload));
      if (next.opcode === CLOSE) {
        socket.write(frame(CLOSE, next.payload));
        socket.end();
      }
    }
  });
  return peer;
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (length >= 126) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The first frame, unmasked; nothing until all of it is there. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = 2 + lengthBytes;
  if (bytes.length < maskAt + 4) return undefined;
  const length = lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const from = maskAt + 4;
  if (bytes.length < from + length) return undefined;
  const payload = Buffer.from(bytes.subarray(from, from + length));
  for (let at = 0; at < length; at += 1) payload[at] = payload[at]! ^ bytes[maskAt + (at % 4)]!;
  return { opcode: bytes[0]! & 0x0f, payload, rest: bytes.subarray(from + length) };
}
