package dev.fanfare.dispatcher;

import dev.fanfare.dispatcher.http.OutgoingProxy;
import dev.fanfare.dispatcher.http.TlsSetup;
import dev.fanfare.dispatcher.http.Transport;
import dev.fanfare.runtime.config.Secret;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From settings, and the files that they name, to how connections are made. */
final class TransportRules {
    private TransportRules() {}

    /** Adds what can't be used to the faults. */
    static Transport of(DispatcherSettings settings, List<String> faults) {
        return new Transport(
                settings.connectTimeout(), tls(settings, faults), settings.http2(), proxy(settings, faults));
    }

    private static TlsSetup tls(DispatcherSettings settings, List<String> faults) {
        Path file = settings.trustStore().orElse(null);
        if (file == null) {
            if (settings.trustStorePassword().isPresent()) {
                faults.add("dispatcher.trust-store-password: is given, but dispatcher.trust-store is not");
            }
            return TlsSetup.ofJava();
        }
        try {
            return TlsSetup.trusting(
                    file,
                    settings.trustStorePassword()
                            .map(password -> password.reveal().toCharArray())
                            .orElse(null));
        } catch (IllegalArgumentException e) {
            faults.add("dispatcher.trust-store: " + e.getMessage());
            return TlsSetup.ofJava();
        }
    }

    private static @Nullable OutgoingProxy proxy(DispatcherSettings settings, List<String> faults) {
        Secret text = settings.proxy().orElse(null);
        if (text == null) {
            return null;
        }
        try {
            return OutgoingProxy.parse(text);
        } catch (IllegalArgumentException e) {
            faults.add("dispatcher.proxy: " + e.getMessage());
            return null;
        }
    }
}
