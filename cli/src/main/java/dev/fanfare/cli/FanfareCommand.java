package dev.fanfare.cli;

import dev.fanfare.cli.api.AttemptsCommand;
import dev.fanfare.cli.api.EventTypesCommand;
import dev.fanfare.cli.api.EventsCommand;
import dev.fanfare.cli.api.KeysCommand;
import dev.fanfare.cli.api.PortalLinkCommand;
import dev.fanfare.cli.api.ReplayEventsCommand;
import dev.fanfare.cli.api.SubscriptionsCommand;
import dev.fanfare.cli.api.TenantsCommand;
import dev.fanfare.cli.api.TestEventCommand;
import dev.fanfare.cli.api.TraceCommand;
import dev.fanfare.cli.apply.ApplyCommand;
import dev.fanfare.cli.cluster.KeysetCommand;
import dev.fanfare.cli.cluster.TopicsCommand;
import dev.fanfare.cli.deadletters.DlqCommand;
import dev.fanfare.cli.deadletters.RunCommand;
import dev.fanfare.cli.listen.ListenCommand;
import dev.fanfare.cli.manual.CompletionCommand;
import dev.fanfare.cli.manual.ManCommand;
import dev.fanfare.cli.process.RoleCommand;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.PlainErrors;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.top.TopCommand;
import java.security.Security;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command. */
@Command(
        name = "fanfare",
        header = {"Webhooks from Kafka: events in, signed HTTP requests out, nothing lost.", ""},
        customSynopsis = {"fanfare COMMAND [OPTION…]", "       fanfare COMMAND --help", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; also a process that was told to stop (Ctrl-C, SIGTERM) and stopped in order",
            "1:failed; one sentence on stderr says what, and --debug adds where",
            "2:arguments or settings can't be used; nothing was done",
            "130:stopped by Ctrl-C before its end (dlq replay, dlq discard); the same command goes on"
        })
@SuppressWarnings("UnusedVariable") // options that picocli acts on by itself
public final class FanfareCommand implements Runnable {
    private static final String NAMES_KEPT = "networkaddress.cache.ttl";

    /** What a newcomer reads first comes first. */
    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("Try it", List.of("dev", "listen", "events"));
        GROUPS.put(
                "Operate",
                List.of(
                        "apply",
                        "subscriptions",
                        "attempts",
                        "trace",
                        "top",
                        "dlq",
                        "event-types",
                        "tenants",
                        "keys",
                        "portal-link",
                        "topics",
                        "keyset"));
        GROUPS.put("At the shell", List.of("completion", "man"));
        GROUPS.put(
                "Run one role against a Kafka cluster", List.of("ingest", "router", "dispatcher", "retry", "control"));
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    /** The whole command for a shell; more commands may be added to it. */
    public static CommandLine commandLine(Shell shell) {
        CommandLine root = new CommandLine(new FanfareCommand());
        root.addSubcommand(new ListenCommand(shell));
        root.addSubcommand(new EventsCommand(shell));
        CommandLine subscriptions = new CommandLine(new SubscriptionsCommand(shell));
        subscriptions.addSubcommand(new ReplayEventsCommand(shell));
        subscriptions.addSubcommand(new TestEventCommand(shell));
        root.addSubcommand(subscriptions);
        root.addSubcommand(new ApplyCommand(shell));
        root.addSubcommand(new AttemptsCommand(shell));
        root.addSubcommand(new TraceCommand(shell));
        root.addSubcommand(new TopCommand(shell));
        root.addSubcommand(new EventTypesCommand(shell));
        root.addSubcommand(new TenantsCommand(shell));
        root.addSubcommand(new KeysCommand(shell));
        root.addSubcommand(new PortalLinkCommand(shell));
        root.addSubcommand(new TopicsCommand(shell));
        root.addSubcommand(new KeysetCommand(shell));
        CommandLine dlq = new CommandLine(new DlqCommand(shell));
        for (RunCommand.Action action : RunCommand.Action.values()) {
            CommandLine run = new CommandLine(RunCommand.of(action, shell));
            run.getCommandSpec().usageMessage().description(action.description());
            dlq.addSubcommand(action.text(), run);
        }
        DlqCommand.addMore(dlq, shell);
        root.addSubcommand(dlq);
        for (RoleKind kind : RoleKind.values()) {
            CommandLine role = new CommandLine(new RoleCommand(kind, shell, Clock.systemUTC()));
            role.getCommandSpec().usageMessage().description(kind.description());
            root.addSubcommand(kind.text(), role);
        }
        root.addSubcommand(new CompletionCommand(shell));
        root.addSubcommand(new ManCommand(shell));
        return root;
    }

    /** Runs the command line and returns its {@link ExitCode}. Call it once all subcommands are there. */
    public static int run(CommandLine root, Shell shell, String... args) {
        rememberNoNames();
        PlainErrors errors = new PlainErrors();
        root.setOut(shell.out())
                .setErr(shell.err())
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(Math.min(120, Math.max(80, shell.columns())))
                .setColorScheme(Help.defaultColorScheme(shell.outIsTerminal() ? Help.Ansi.AUTO : Help.Ansi.OFF));
        layOut(root);
        root.getCommandSpec().version("fanfare " + Version.current());
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, FanfareCommand::commandList);
        int code = root.execute(args);
        shell.out().flush();
        shell.err().flush();
        return code;
    }

    @Override
    public void run() {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        command.usage(command.getOut());
    }

    /** Java keeps what a name server says for 30 s: on top of {@code dispatcher.dns-cache}, and whatever that says. */
    private static void rememberNoNames() {
        if (Security.getProperty(NAMES_KEPT) == null && System.getProperty("sun.net.inetaddr.ttl") == null) {
            Security.setProperty(NAMES_KEPT, "0");
        }
    }

    private static void layOut(CommandLine command) {
        command.getCommandSpec()
                .usageMessage()
                .abbreviateSynopsis(true)
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n");
        command.getSubcommands().values().forEach(FanfareCommand::layOut);
    }

    private static String commandList(Help help) {
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((heading, names) -> {
            text.append(help.createHeading("%n@|bold " + heading + "|@%n"));
            Help.TextTable table = Help.TextTable.forColumns(
                    help.colorScheme(),
                    new Help.Column(16, 2, Help.Column.Overflow.SPAN),
                    new Help.Column(help.commandSpec().usageMessage().width() - 16, 2, Help.Column.Overflow.WRAP));
            for (String name : names) {
                Help command = help.subcommands().get(name);
                if (command != null) {
                    table.addRowValues(
                            help.colorScheme().commandText(name),
                            help.colorScheme().text(summary(command)));
                }
            }
            text.append(table);
        });
        return text.toString();
    }

    private static String summary(Help command) {
        String[] description = command.commandSpec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }
}
