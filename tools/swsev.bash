# SPDX-License-Identifier: MIT
# Completion of swsev for bash.  It asks the program, so there is no second list of commands.

_swsev()
{
	local word=${COMP_WORDS[COMP_CWORD]} words path=() help
	# The commands before the word: "owner", "owner measure".
	for help in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ $help == [a-z]* ]] && ((${#path[@]} < 2)) || break
		path+=("$help")
	done
	help=$("$1" "${path[@]}" --help 2>/dev/null) ||
		help=$("$1" "${path[0]}" --help 2>/dev/null)
	words=$(sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' <<<"$help")
	words+=" $(grep -o -- '--[a-z][a-z0-9-]*' <<<"$help" | sort -u)"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	((${#COMPREPLY[@]})) || compopt -o default 2>/dev/null
}
complete -F _swsev swsev
