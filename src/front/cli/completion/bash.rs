//! The script for bash, which differs from other shells: it parts words at colons, of which agents
//! and filters are full, and shows nothing but words.

/// The script. It asks as fish does, which takes what a word means as well.
pub(super) fn script(variable: &str) -> String {
    SCRIPT.replace("VARIABLE", variable)
}

const SCRIPT: &str = r#"_jit() {
    local i word last value help line
    local quotes="[\"']"
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i == COMP_CWORD)); then
            if [[ $word != [:=] ]]; then word=$2; fi
        elif [[ $word == $quotes*$quotes && ${word::1} == "${word: -1}" ]]; then
            word=${word:1:-1}
        fi
        last=${#words[@]}
        # Colons and equal signs part words here, but not on a command line of jit.
        if ((last > 1)) && [[ $word == [:=]* || ${words[last - 1]} == *[:=] ]]; then
            words[last - 1]+=$word
        else
            words[last]=$word
        fi
    done
    word=${words[${#words[@]} - 1]}
    # What stands before the part that is replaced: within quotes, bash parts nothing.
    last=
    if [[ $word == *"$2" && ${COMP_WORDS[COMP_CWORD]} != [:=] ]]; then
        last=${word%"$2"}
    elif [[ $word == *[:=]* ]]; then
        last=${word%"${word##*[:=]}"}
    fi
    COMPREPLY=()
    local -a shown=()
    while IFS=$'\t' read -r value help; do
        value=${value#"$last"}
        COMPREPLY+=("$value")
        line=$value
        if [[ $help ]]; then line="$value  ($help)"; fi
        shown+=("${line:0:${COLUMNS:-80}-2}")
    done < <(VARIABLE=fish jit -- "${words[@]}" 2>/dev/null)
    # What words mean is shown where they are listed, and never typed.
    if ((${#shown[@]} > 1)) && [[ ${COMP_TYPE-} == 63 || ${COMP_TYPE-} == 33 || ${COMP_TYPE-} == 64 ]]; then
        COMPREPLY=("${shown[@]}")
    elif ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[:=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o bashdefault -o nosort -F _jit jit 2>/dev/null || complete -o bashdefault -F _jit jit
"#;
