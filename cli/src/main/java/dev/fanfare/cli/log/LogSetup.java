package dev.fanfare.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.fanfare.cli.log.LogSettings.Format;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is logged and how: what commands print goes to stdout, what happens meanwhile to stderr, a line each. Our own
 * INFO, everybody else's warnings. In code, because reading Logback's XML takes a tenth of the start.
 *
 * <p>{@code -Dlogback.configurationFile=FILE} (in {@code FANFARE_JAVA_OPTS}) takes a configuration of your own instead, and
 * {@link LogSettings} count for nothing then.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String APPENDER = "stderr";
    private static final String[] KAFKA = {"org.apache.kafka", "kafka", "state.change.logger"};

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null
                || LogSetup.class.getResource("/logback-test.xml") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        PromptAppender appender = new PromptAppender();
        appender.setName(APPENDER);
        appender.setContext(context);
        appender.setEncoder(encoder(context, Format.TEXT));
        appender.addFilter(new UsualOfKafka());
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("dev.fanfare").setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Goes on as the settings say; a configuration of the operator's own is left alone.
     *
     * @throws dev.fanfare.runtime.config.InvalidSettings where they can't be used
     */
    public static void apply(LogSettings settings) {
        LogSettings.check(settings);
        PromptAppender appender = ours();
        if (appender != null) {
            appender.use(
                    encoder((LoggerContext) appender.getContext(), settings.format()),
                    new RepeatLimit(settings.repeatsPerMinute()));
        }
    }

    /** Writes what still waits to be written: call it before the process is cut off. */
    public static void finish() {
        PromptAppender appender = ours();
        if (appender != null) {
            appender.finish();
        }
    }

    /** Null where an operator's own configuration is in force. */
    private static @Nullable PromptAppender ours() {
        return org.slf4j.LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                        && context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                                instanceof PromptAppender appender
                ? appender
                : null;
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, Format format) {
        return switch (format) {
            case TEXT -> {
                PatternLayout line = new PatternLayout();
                line.setContext(context);
                line.getInstanceConverterMap().put("msg", OneLine::new);
                line.setPattern("%d{HH:mm:ss.SSS} %-5level %-20logger{0} %msg%n");
                line.start();
                LayoutWrappingEncoder<ILoggingEvent> text = new LayoutWrappingEncoder<>();
                text.setContext(context);
                text.setCharset(StandardCharsets.UTF_8);
                text.setLayout(line);
                text.start();
                yield text;
            }
            case JSON -> {
                JsonLines json = new JsonLines();
                json.setContext(context);
                json.start();
                yield json;
            }
        };
    }

    /**
     * Lets only errors of Kafka's through: for commands that end soon and say themselves what failed, and for the
     * embedded broker, which warns of everything that is usual on one node.
     */
    public static void silenceKafka() {
        for (String name : KAFKA) {
            if (org.slf4j.LoggerFactory.getLogger(name) instanceof Logger logger) {
                logger.setLevel(Level.ERROR);
            }
        }
    }
}
