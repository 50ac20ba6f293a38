package dev.fanfare.dispatcher;

import dev.fanfare.dispatcher.address.AddressLists;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.address.Cidr;
import dev.fanfare.dispatcher.address.HostPattern;
import dev.fanfare.dispatcher.address.PortList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From settings to the address policy. Pure. */
final class AddressRules {
    private AddressRules() {}

    /** Adds each entry that can't be used to the faults. */
    static AddressPolicy of(DispatcherSettings settings, List<String> faults) {
        return new AddressPolicy(
                settings.allowLoopback(),
                settings.allowPrivate(),
                settings.allowHttp(),
                new AddressLists(
                        read(faults, "allow-cidrs", settings.allowCidrs(), AddressRules::openable),
                        read(faults, "deny-cidrs", settings.denyCidrs(), Cidr::parse),
                        read(faults, "allow-hosts", settings.allowHosts(), HostPattern::parse),
                        read(faults, "deny-hosts", settings.denyHosts(), HostPattern::parse),
                        read(faults, "only-hosts", settings.onlyHosts(), HostPattern::parse),
                        ports(faults, settings.ports())));
    }

    private static Cidr openable(String text) {
        Cidr network = Cidr.parse(text);
        String never = AddressPolicy.neverAllows(network);
        if (never != null) {
            throw new IllegalArgumentException("can't be allowed: " + never + "; take it out");
        }
        return network;
    }

    private static PortList ports(List<String> faults, List<String> entries) {
        try {
            return new PortList(entries.stream().map(String::strip).toList());
        } catch (IllegalArgumentException e) {
            faults.add("dispatcher.ports: " + e.getMessage());
            return AddressLists.NONE.ports();
        }
    }

    private static <T> List<T> read(
            List<String> faults, String key, Optional<List<String>> entries, Function<String, T> reader) {
        List<T> all = new ArrayList<>();
        for (String entry : entries.orElse(List.of())) {
            T read = read(faults, key, entry.strip(), reader);
            if (read != null) {
                all.add(read);
            }
        }
        return List.copyOf(all);
    }

    private static <T> @Nullable T read(List<String> faults, String key, String entry, Function<String, T> reader) {
        try {
            return reader.apply(entry);
        } catch (IllegalArgumentException e) {
            faults.add("dispatcher." + key + ": '" + entry + "': " + e.getMessage());
            return null;
        }
    }
}
