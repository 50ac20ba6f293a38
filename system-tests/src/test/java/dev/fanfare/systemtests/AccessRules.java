package dev.fanfare.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.systemtests.RecordingAuthorizer.Asked;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.internals.PluginMetricsImpl;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.SecurityUtils;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** The rules of {@code deploy/kafka/users.yaml}, as Kafka has them: one a user, resource and operation. */
record AccessRules(List<AclBinding> all) {
    private static final Path FILE = DevProcess.ROOT.resolve("deploy/kafka/users.yaml");

    static AccessRules read() throws IOException {
        List<AclBinding> all = new ArrayList<>();
        YAMLMapper yaml = new YAMLMapper();
        try (var users = yaml.readerFor(JsonNode.class).<JsonNode>readValues(FILE.toFile())) {
            users.forEachRemaining(user -> {
                String principal = "User:" + user.at("/metadata/name").asText();
                for (JsonNode rule : user.at("/spec/authorization/acls")) {
                    for (JsonNode operation : rule.path("operations")) {
                        all.add(rule(principal, rule.path("resource"), operation.asText()));
                    }
                }
            });
        }
        return new AccessRules(List.copyOf(all));
    }

    private static AclBinding rule(String principal, JsonNode resource, String operation) {
        // Strimzi's words for Kafka's
        ResourceType type =
                switch (resource.path("type").asText()) {
                    case "topic" -> ResourceType.TOPIC;
                    case "group" -> ResourceType.GROUP;
                    case "transactionalId" -> ResourceType.TRANSACTIONAL_ID;
                    default -> throw new AssertionError(resource);
                };
        PatternType pattern =
                switch (resource.path("patternType").asText()) {
                    case "literal" -> PatternType.LITERAL;
                    case "prefix" -> PatternType.PREFIXED;
                    default -> throw new AssertionError(resource);
                };
        return new AclBinding(
                new ResourcePattern(type, resource.path("name").asText(), pattern),
                new AccessControlEntry(
                        principal,
                        "*",
                        AclOperation.fromString(
                                operation.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT)),
                        AclPermissionType.ALLOW));
    }

    /** Those without which everything that was asked for would be allowed all the same, by Kafka's own judgement. */
    List<AclBinding> needless(Set<Asked> asked) {
        return all.stream()
                .filter(rule -> asked.stream()
                        .filter(each -> each.principal().equals(rule.entry().principal()))
                        .allMatch(each -> without(rule).allows(each)))
                .toList();
    }

    private Judge without(AclBinding rule) {
        return new Judge(all.stream().filter(each -> !each.equals(rule)).toList());
    }

    /** Kafka's authorizer without a broker. */
    private static final class Judge {
        private final StandardAuthorizer authorizer = new StandardAuthorizer();

        Judge(List<AclBinding> rules) {
            authorizer.configure(Map.of());
            authorizer.withPluginMetrics(new PluginMetricsImpl(new Metrics(), Map.of()));
            rules.forEach(rule -> authorizer.addAcl(Uuid.randomUuid(), StandardAcl.fromAclBinding(rule)));
            authorizer.completeInitialLoad();
        }

        boolean allows(Asked asked) {
            Action action = new Action(asked.operation(), asked.resource(), 1, false, false);
            return authorizer
                            .authorize(new Caller(asked.principal()), List.of(action))
                            .get(0)
                    == AuthorizationResult.ALLOWED;
        }
    }

    private record Caller(String name) implements AuthorizableRequestContext {
        @Override
        public KafkaPrincipal principal() {
            return SecurityUtils.parseKafkaPrincipal(name);
        }

        @Override
        public InetAddress clientAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public String listenerName() {
            return "SECURED";
        }

        @Override
        public SecurityProtocol securityProtocol() {
            return SecurityProtocol.SASL_SSL;
        }

        @Override
        public int requestType() {
            return 0;
        }

        @Override
        public int requestVersion() {
            return 0;
        }

        @Override
        public String clientId() {
            return "";
        }

        @Override
        public int correlationId() {
            return 0;
        }
    }
}
