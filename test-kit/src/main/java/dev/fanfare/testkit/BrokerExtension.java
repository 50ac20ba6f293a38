package dev.fanfare.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Resolves {@link TestBroker} parameters; see {@link WithBroker}. */
final class BrokerExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(BrokerExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBroker.class;
    }

    @Override
    public TestBroker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.isAnnotated(Fresh.class)) {
            // the store closes what is AutoCloseable when its test, or class, ends
            return context.getStore(NAMESPACE)
                    .computeIfAbsent(Fresh.class, key -> TestBroker.fresh(), TestBroker.class);
        }
        return TestBroker.shared();
    }
}
