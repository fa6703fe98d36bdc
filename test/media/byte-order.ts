/** Numbers and names as they stand in files: big end first, little end first, a byte a letter. */
export const big = (value: number, bytes = 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
export const little = (value: number, bytes = 2): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};
export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
