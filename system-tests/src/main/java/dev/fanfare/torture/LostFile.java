package dev.fanfare.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A file that somebody deletes, or of which only the first half is left, until it is restored from a copy. */
record LostFile(Path file) {
    /**
     * Loses it, and has it again after a time, whatever happens meanwhile.
     *
     * @param wholly    whether it is gone, and not half of it
     * @param meanwhile done as soon as it is lost
     * @return what became of it, in words
     */
    String loseFor(Duration duration, boolean wholly, Runnable meanwhile) {
        try {
            byte[] whole = Files.readAllBytes(file);
            try {
                replace(wholly ? null : Arrays.copyOf(whole, whole.length / 2));
                meanwhile.run();
                Waiting.rest(duration);
            } finally {
                replace(whole);
            }
            return ", started while " + file.getFileName() + (wholly ? " was gone" : " was cut in half");
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be lost and restored", e);
        }
    }

    private void replace(byte @Nullable [] content) throws IOException {
        if (content == null) {
            Files.delete(file);
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, content);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
