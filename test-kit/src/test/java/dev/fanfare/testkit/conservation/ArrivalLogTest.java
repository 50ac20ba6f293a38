package dev.fanfare.testkit.conservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalLogTest {
    private static final WebhookArrival FIRST =
            new WebhookArrival("dlv_1", "default/a", "/tests", "e 1", 1, 1_700_000_000_123L, true, -7, "");
    private static final WebhookArrival SECOND =
            new WebhookArrival("", "default/ü", "", "", 0, 0, false, 0, "no signature");

    @TempDir
    Path folder;

    private Path written() throws Exception {
        Path file = folder.resolve("arrivals");
        try (ArrivalLog log = ArrivalLog.create(file)) {
            log.add(FIRST);
            log.add(SECOND);
            assertThat(log.size()).isEqualTo(2);
        }
        return file;
    }

    @Test
    void whatWasAddedIsReadInOrder() throws Exception {
        List<WebhookArrival> read = new ArrayList<>();
        ArrivalLog.read(written(), read::add);
        assertThat(read).containsExactly(FIRST, SECOND);
    }

    @Test
    void aRecordThatWasCutOffIsAnErrorAndNotAnEnd() throws Exception {
        byte[] whole = Files.readAllBytes(written());
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> ArrivalLog.read(cut, arrival -> {})).isInstanceOf(EOFException.class);
    }
}
