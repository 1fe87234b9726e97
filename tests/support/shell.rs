//! What only a shell can do before the program starts: set limits, and run it as it does there.

use std::process::{Command, Stdio};

/// `plain` as `"$@"` in a line of bash, such as `ulimit -n 64; exec "$@"`.
pub(crate) fn in_bash(plain: &Command, line: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(line).arg("bash").arg(plain.get_program()).args(plain.get_args());
    bash.current_dir(plain.get_current_dir().unwrap()).stdin(Stdio::null());
    copy_environment(plain, &mut bash);
    bash
}

/// Sets and removes in `other` the variables that `plain` sets and removes.
pub(crate) fn copy_environment(plain: &Command, other: &mut Command) {
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
}

/// Whether the tests run as root, for whom no file is out of reach.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
