# SPDX-License-Identifier: MIT
# Completion of swsev for bash.  It asks the program, so there is no second list of commands.

_swsev()
{
	local word=${COMP_WORDS[COMP_CWORD]} words
	if ((COMP_CWORD == 1)); then
		words="--help --version $("$1" --help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')"
	else
		words=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	((${#COMPREPLY[@]})) || compopt -o default 2>/dev/null
}
complete -F _swsev swsev
