package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DispatcherSettingsTest {
    @Test
    void theDefaultsAreValid() {
        DispatcherSettings.check(settings(Map.of()));
    }

    @Test
    void eachBadEntryOfTheAddressListsIsNamedAllAtOnce() {
        DispatcherSettings settings = settings(Map.of(
                "dispatcher.allow-cidrs", "10.0.0.0/8, 10.0.0.1/8,169.254.169.254/32",
                "dispatcher.deny-cidrs", "nonsense",
                "dispatcher.deny-hosts", "https://a.example,ok.example,*",
                "dispatcher.ports", "443,99999"));

        assertThatThrownBy(() -> DispatcherSettings.check(settings))
                .isInstanceOfSatisfying(InvalidSettings.class, e -> assertThat(e.faults())
                        .satisfiesExactlyInAnyOrder(
                                fault -> assertThat(fault)
                                        .contains("dispatcher.allow-cidrs")
                                        .contains("'10.0.0.1/8'")
                                        .contains("10.0.0.0/8 would"),
                                fault -> assertThat(fault)
                                        .contains("dispatcher.allow-cidrs")
                                        .contains("'169.254.169.254/32'")
                                        .contains("link-local"),
                                fault -> assertThat(fault)
                                        .contains("dispatcher.deny-cidrs")
                                        .contains("'nonsense'"),
                                fault -> assertThat(fault)
                                        .contains("dispatcher.deny-hosts")
                                        .contains("'https://a.example'"),
                                fault -> assertThat(fault)
                                        .contains("dispatcher.deny-hosts")
                                        .contains("'*'"),
                                fault -> assertThat(fault)
                                        .contains("dispatcher.ports")
                                        .contains("'99999'")));
    }

    @Test
    void aTrustStoreThatCantBeUsedIsNamedWithTheReason(@TempDir Path folder) throws IOException {
        TestAuthority authority = new TestAuthority(folder);
        Path empty = Files.writeString(folder.resolve("empty.pem"), "-----BEGIN NOTHING-----");
        Path garbage = Files.writeString(folder.resolve("garbage"), "garbage");
        String store = authority.pkcs12().toString();

        assertThat(faults("dispatcher.trust-store", folder.resolve("absent").toString()))
                .contains("dispatcher.trust-store")
                .contains("does not exist");
        assertThat(faults("dispatcher.trust-store", empty.toString())).contains("holds no certificates");
        assertThat(faults("dispatcher.trust-store", garbage.toString())).contains("PEM or PKCS12");
        assertThat(faults("dispatcher.trust-store", folder.toString())).contains("PEM or PKCS12");
        assertThat(faults("dispatcher.trust-store", store, "dispatcher.trust-store-password", "wr0ng"))
                .contains("does not open")
                .contains("dispatcher.trust-store-password")
                .doesNotContain("wr0ng");
        assertThat(faults("dispatcher.trust-store", store)).contains("set dispatcher.trust-store-password");
        assertThat(faults("dispatcher.trust-store-password", "x")).contains("dispatcher.trust-store is not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.example:3128",
                "http://proxy.example",
                "https://fan:s3cret@proxy.example:3128",
                "http://fan:s3cret@proxy.example:99999",
                "http://fan:s3cret@proxy.example:3128/path",
                "http://fan:s3cret@:3128",
                "s3cret",
                "http://fan:s3 cret@proxy.example:3128",
            })
    void aProxyThatCantBeUsedIsRefusedWithoutRepeatingItsPassword(String proxy) {
        assertThat(faults("dispatcher.proxy", proxy))
                .contains("dispatcher.proxy")
                .contains("http://proxy.example:3128")
                .doesNotContain("s3cret")
                .doesNotContain("s3 cret");
    }

    @Test
    void theProxyIsNotLogged() {
        Settings loaded = Settings.load(
                null,
                Map.of(),
                Map.of("dispatcher.proxy", "http://fan:s3cret@proxy.example:3128"),
                List.of(DispatcherSettings.class));

        assertThat(loaded.effective().toString()).doesNotContain("s3cret");
        assertThat(TransportRules.of(loaded.section(DispatcherSettings.class), new ArrayList<>())
                        .toString())
                .doesNotContain("s3cret")
                .contains("proxy.example");
    }

    private static String faults(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        InvalidSettings refused =
                catchThrowableOfType(InvalidSettings.class, () -> DispatcherSettings.check(settings(values)));
        assertThat(refused).isNotNull();
        assertThat(refused.faults()).hasSize(1);
        return refused.faults().get(0);
    }

    private static DispatcherSettings settings(Map<String, String> values) {
        return Settings.load(null, Map.of(), values, List.of(DispatcherSettings.class))
                .section(DispatcherSettings.class);
    }
}
