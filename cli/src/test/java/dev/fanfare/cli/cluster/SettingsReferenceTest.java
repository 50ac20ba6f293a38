package dev.fanfare.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SettingsReferenceTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9.-]+)` \\| (?:`([^`]*)`)? ?\\| .+ \\|$");

    @Test
    void theReferenceHasEverySettingWithItsDefault() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(ROOT.resolve("docs/reference/settings.md")));
        while (rows.find()) {
            documented.put(rows.group(1), rows.group(2) == null ? "" : rows.group(2));
        }
        assertThat(documented).isEqualTo(new TreeMap<>(Settings.defaults(Sections.ALL)));
    }

    @Test
    void theSampleForAClusterIsValid() {
        Settings settings = Settings.load(
                ROOT.resolve("deploy/fanfare.yaml"),
                Map.of("FANFARE_ACCESS_KEY", "a-key-from-the-environment"),
                Map.of(),
                Sections.ALL);
        assertThat(settings.kafka()).containsKey("bootstrap.servers");
        assertThat(settings.effective()).containsEntry("access.key", "[hidden]");
    }
}
