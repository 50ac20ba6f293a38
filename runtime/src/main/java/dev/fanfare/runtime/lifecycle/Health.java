package dev.fanfare.runtime.lifecycle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How a process and its roles do.
 *
 * <pre>
 * ready    each role does its work, Kafka answers, and nobody has said that the process ends
 * alive    no role has broken in a way that only a restart mends. That Kafka is away is no such thing.
 * </pre>
 *
 * Thread-safe.
 */
public final class Health {
    private final List<Role> roles;
    private final Supplier<Readiness> kafka;
    private volatile boolean draining;

    /**
     * Of these roles.
     *
     * @param kafka whether it answers; asked often
     */
    public Health(List<Role> roles, Supplier<Readiness> kafka) {
        this.roles = List.copyOf(roles);
        this.kafka = kafka;
    }

    /** From now on the process is not ready, so that load balancers turn away before its roles stop. */
    public void drain() {
        draining = true;
    }

    /** Whether the process is about to end. */
    public boolean isDraining() {
        return draining;
    }

    /** Whether a role does its work: its own word first, as it is nearer to what is wrong; then Kafka's silence. */
    public Readiness of(Role role) {
        Readiness own = role.readiness();
        if (!own.isReady()) {
            Readiness ofKafka = kafka.get();
            return ofKafka.isReady() ? own : Readiness.notReady(own.reason() + "; " + ofKafka.reason());
        }
        return draining ? Readiness.notReady("draining: the process is told to stop") : kafka.get();
    }

    /** That of each role, by its name. */
    public Map<String, Readiness> byRole() {
        Map<String, Readiness> all = new LinkedHashMap<>();
        roles.forEach(role -> all.put(role.name(), of(role)));
        return all;
    }

    /** Which roles can't do their work now, and why; empty where all can. */
    public List<String> notReady() {
        return byRole().entrySet().stream()
                .filter(entry -> !entry.getValue().isReady())
                .map(entry -> entry.getKey() + ": " + entry.getValue().reason())
                .toList();
    }

    /** What only a restart mends, by role; empty where nothing needs one. */
    public Map<String, String> broken() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Role role : roles) {
            String fault = role.fault();
            if (fault != null) {
                all.put(role.name(), fault);
            }
        }
        return all;
    }
}
