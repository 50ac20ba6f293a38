package dev.fanfare.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Resolves {@link Seeds} parameters; see {@link WithSeeds}. */
final class SeedsExtension implements ParameterResolver, TestExecutionExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SeedsExtension.class);
    private static final Namespace NAMESPACE = Namespace.create(SeedsExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Seeds.class;
    }

    @Override
    public Seeds resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(Seeds.class, key -> Seeds.fromPropertyOrFresh(), Seeds.class);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        Seeds seeds = context.getStore(NAMESPACE).get(Seeds.class, Seeds.class);
        if (seeds != null) {
            LOG.warn("{} failed, {}", context.getDisplayName(), seeds.howToRepeat());
            failure.addSuppressed(new Seed(seeds.howToRepeat()));
        }
        throw failure;
    }

    /** Stands in the failure's stack trace, where whoever reads the report looks. */
    private static final class Seed extends RuntimeException {
        Seed(String howToRepeat) {
            super(howToRepeat, null, false, false);
        }
    }
}
