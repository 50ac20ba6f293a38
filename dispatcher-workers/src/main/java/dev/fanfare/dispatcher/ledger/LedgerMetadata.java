package dev.fanfare.dispatcher.ledger;

import dev.fanfare.dispatcher.ledger.Restoration.Reading;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the metadata of a committed offset: which offsets from there on are complete.
 *
 * <pre>
 *   fanfare1:&lt;base64url, no padding, of&gt;
 *     crc32c of all that follows           4 bytes
 *     form                                 1        0 = bitmap, 1 = runs; the shorter is written
 *     topic id                            16
 *     base (= the committed offset)        8
 *     bitmap:  number of slots, of folds   2 + 2
 *              per fold: slot, length      2 + 8    a fold stands just before its slot and is all complete
 *              one bit per slot, 1 = complete
 *     runs:    varints, by turns the length of an incomplete and of a complete stretch
 * </pre>
 *
 * <b>It always fits.</b> Kafka takes {@code offset.metadata.max.bytes} = 4,096 (the default). The prefix takes 9, so
 * 4,087 base64 characters remain = 3,065 bytes, less 33 bytes of header = 3,032 bytes = {@value #CAPACITY} bits. A slot
 * costs one bit, a fold 10 bytes = {@value #FOLD_COST} bits, and only what is longer than {@value #FOLD_COST} offsets
 * is folded. So whatever the ledger holds within {@code slots + 80 × folds ≤ CAPACITY} has a bitmap that fits; runs are
 * written only where they are shorter still.
 */
final class LedgerMetadata {
    static final int MAX_BYTES = 4096;

    /** What a fold costs in the bitmap form, in bits. Longer complete stretches are folded. */
    static final int FOLD_COST = 80;

    /** The bits that the bitmap form can hold: one per slot, {@link #FOLD_COST} per fold. */
    static final int CAPACITY = 24_256;

    private static final String FAMILY = "fanfare";
    private static final String PREFIX = FAMILY + "1:";
    private static final int CRC_BYTES = 4;
    private static final int FIXED_BYTES = CRC_BYTES + 1 + 16 + 8;
    private static final int BITMAP_HEADER_BYTES = 4;
    private static final int FOLD_BYTES = 10;
    private static final byte BITMAP = 0;
    private static final byte RUNS = 1;

    private LedgerMetadata() {}

    /** What was read; {@code runs} is empty unless {@code reading} is {@link Reading#RESTORED}. */
    record Content(Reading reading, Runs runs) {
        static Content ignored(Reading reading) {
            return new Content(reading, new Runs());
        }
    }

    static String write(UUID topicId, long base, Runs runs) {
        if (runs.count() == 0) {
            return "";
        }
        Weight weight = Weight.of(runs);
        boolean asRuns = weight.bytesAsRuns < weight.bytesAsBitmap();
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + (asRuns ? weight.bytesAsRuns : weight.bytesAsBitmap()));
        out.position(CRC_BYTES);
        out.put(asRuns ? RUNS : BITMAP);
        out.putLong(topicId.getMostSignificantBits()).putLong(topicId.getLeastSignificantBits());
        out.putLong(base);
        if (asRuns) {
            for (int i = 0; i < runs.count(); i++) {
                putVarint(out, runs.length(i));
            }
        } else {
            putBitmap(out, runs, weight);
        }
        out.putInt(0, checksum(out.array()));
        return PREFIX + encode(out.array());
    }

    static Content read(UUID topicId, long committedOffset, @Nullable String metadata) {
        if (metadata == null || metadata.isEmpty()) {
            return Content.ignored(Reading.NOTHING_RECORDED);
        }
        if (!metadata.startsWith(PREFIX)) {
            return Content.ignored(metadata.startsWith(FAMILY) ? Reading.UNKNOWN_VERSION : Reading.FOREIGN);
        }
        if (metadata.length() > MAX_BYTES) {
            return Content.ignored(Reading.DAMAGED);
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(metadata.substring(PREFIX.length()));
        } catch (IllegalArgumentException notBase64) {
            return Content.ignored(Reading.DAMAGED);
        }
        // The last character has bits that decoding ignores: altered, they would go unnoticed.
        if (bytes.length < FIXED_BYTES || !metadata.endsWith(encode(bytes))) {
            return Content.ignored(Reading.DAMAGED);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != checksum(bytes)) {
            return Content.ignored(Reading.DAMAGED);
        }
        byte form = in.get();
        if (!topicId.equals(new UUID(in.getLong(), in.getLong()))) {
            return Content.ignored(Reading.OTHER_TOPIC);
        }
        if (in.getLong() != committedOffset) {
            return Content.ignored(Reading.OTHER_OFFSET);
        }
        Runs runs = readRuns(in, form);
        return runs != null && isPossible(runs, committedOffset)
                ? new Content(Reading.RESTORED, runs)
                : Content.ignored(Reading.DAMAGED);
    }

    private static @Nullable Runs readRuns(ByteBuffer in, byte form) {
        Runs runs = new Runs();
        try {
            switch (form) {
                case BITMAP -> readBitmap(in, runs);
                case RUNS -> {
                    for (boolean complete = false; in.hasRemaining(); complete = !complete) {
                        runs.add(complete, readVarint(in));
                    }
                }
                default -> {
                    return null;
                }
            }
        } catch (BufferUnderflowException truncated) {
            return null;
        }
        return runs;
    }

    private static boolean isPossible(Runs runs, long base) {
        long offset = base;
        for (int i = 0; i < runs.count(); i++) {
            long length = runs.length(i);
            if (length < 0 || (offset += length) < 0) {
                return false;
            }
            if (!Runs.isComplete(i) && length > CAPACITY) {
                return false;
            }
        }
        return runs.count() <= CAPACITY && Weight.of(runs).bits() <= CAPACITY;
    }

    private static void putBitmap(ByteBuffer out, Runs runs, Weight weight) {
        out.putShort((short) weight.slots).putShort((short) weight.folds);
        int bitmapAt = out.position() + weight.folds * FOLD_BYTES;
        int slot = 0;
        for (int i = 0; i < runs.count(); i++) {
            long length = runs.length(i);
            if (isFolded(runs, i)) {
                out.putShort((short) slot).putLong(length);
            } else {
                if (Runs.isComplete(i)) {
                    for (int bit = slot; bit < slot + length; bit++) {
                        int at = bitmapAt + (bit >>> 3);
                        out.put(at, (byte) (out.get(at) | 1 << (bit & 7)));
                    }
                }
                slot += (int) length;
            }
        }
    }

    private static void readBitmap(ByteBuffer in, Runs runs) {
        int slots = Short.toUnsignedInt(in.getShort());
        int folds = Short.toUnsignedInt(in.getShort());
        ByteBuffer foldList = in.slice();
        int bitmapAt = in.position() + folds * FOLD_BYTES;
        int nextFold = folds == 0 ? -1 : Short.toUnsignedInt(foldList.getShort());
        for (int slot = 0; slot <= slots; slot++) {
            while (slot == nextFold) {
                runs.add(true, foldList.getLong());
                nextFold = --folds == 0 ? -1 : Short.toUnsignedInt(foldList.getShort());
            }
            if (slot < slots) {
                int at = bitmapAt + (slot >>> 3);
                if (at >= in.limit()) {
                    throw new BufferUnderflowException();
                }
                runs.add((in.get(at) & 1 << (slot & 7)) != 0, 1);
            }
        }
    }

    private static boolean isFolded(Runs runs, int index) {
        return Runs.isComplete(index) && runs.length(index) > FOLD_COST;
    }

    private static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while (rest > 0x7F) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static long readVarint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, CRC_BYTES, bytes.length - CRC_BYTES);
        return (int) crc.getValue();
    }

    /** What runs cost in either form. */
    private record Weight(long slots, int folds, int bytesAsRuns) {
        static Weight of(Runs runs) {
            long slots = 0;
            int folds = 0;
            int bytesAsRuns = 0;
            for (int i = 0; i < runs.count(); i++) {
                long length = runs.length(i);
                bytesAsRuns += Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(length) + 6) / 7);
                if (isFolded(runs, i)) {
                    folds++;
                } else {
                    slots += length;
                }
            }
            return new Weight(slots, folds, bytesAsRuns);
        }

        long bits() {
            return slots + (long) folds * FOLD_COST;
        }

        int bytesAsBitmap() {
            return BITMAP_HEADER_BYTES + folds * FOLD_BYTES + (int) ((slots + 7) / 8);
        }
    }
}
