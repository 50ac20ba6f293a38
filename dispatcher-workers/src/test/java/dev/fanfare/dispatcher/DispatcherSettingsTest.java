package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

    private static DispatcherSettings settings(Map<String, String> values) {
        return Settings.load(null, Map.of(), values, List.of(DispatcherSettings.class))
                .section(DispatcherSettings.class);
    }
}
